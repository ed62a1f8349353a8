using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>programs</c>: every version that was ever published.</summary>
internal static class ProgramTable
{
    public static async Task<ProgramRow?> ReadAsync(NpgsqlConnection connection, EnvironmentKey environment, int? version, CancellationToken cancellationToken)
    {
        const string Columns = "select version, document, published_at, published_by, zones from programs where environment = $1";
        var select = version is { } number
            ? Statements.Sql($"{Columns} and version = $2").With(environment.Value).With(number)
            : Statements.Sql($"{Columns} order by version desc limit 1").With(environment.Value);
        var rows = await connection.ReadAllAsync(
            select, row => new ProgramRow(environment, row.GetInt32(0), row.Utf8(1), row.Time(2), row.GetString(3), row.Utf8(4)), cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Adds a version if the newest one is the one before it. Of two at once, the second finds the first one's number taken.</summary>
    public static async Task<bool> PublishAsync(NpgsqlConnection connection, ProgramRow program, CancellationToken cancellationToken)
    {
        var added = await connection.RunAsync(
            Statements.Sql(
                """
                insert into programs (environment, version, document, published_at, published_by, zones)
                select $1, $2, $3, $4, $5, $6 where coalesce((select max(version) from programs where environment = $1), 0) = $2 - 1
                on conflict do nothing
                """)
                .With(program.Environment.Value).With(program.Version).WithText(program.Document).With(program.PublishedAt.UnixMicroseconds)
                .With(program.PublishedBy).WithText(program.Zones.IsEmpty ? "[]"u8.ToArray() : program.Zones),
            cancellationToken);
        if (added == 0)
        {
            return false;
        }

        await connection.RunAsync(
            Statements.Sql("insert into unswept_programs (environment, version) values ($1, $2) on conflict (environment) do update set version = excluded.version")
                .With(program.Environment.Value).With(program.Version),
            cancellationToken);
        return true;
    }

    /// <summary>A page of versions. They count 1, 2, 3 … without a gap, so that the newest one's number is their total.</summary>
    public static async Task<ProgramVersionsPage> VersionsAsync(
        NpgsqlConnection connection, EnvironmentKey environment, int page, int pageSize, CancellationToken cancellationToken)
    {
        var newest = await connection.ReadAllAsync(
            Statements.Sql("select version from programs where environment = $1 order by version desc limit 1").With(environment.Value), row => row.GetInt32(0), cancellationToken);
        var total = newest.Count == 0 ? 0 : newest[0];
        var select = Statements.Sql("select version, published_at, published_by from programs where environment = $1 and version <= $2 order by version desc limit $3")
            .With(environment.Value).With(total - ((page - 1L) * pageSize)).With(pageSize);
        return new ProgramVersionsPage(
            await connection.ReadAllAsync(select, row => new ProgramVersion(row.GetInt32(0), row.Time(1), row.GetString(2)), cancellationToken), total);
    }

    /// <summary>Environments whose newest version was not noted as swept.</summary>
    public static NpgsqlBatchCommand SelectUnswept() => Statements.Sql("select environment, version from unswept_programs order by environment");

    /// <summary>Notes a sweep, unless a newer version came meanwhile.</summary>
    public static NpgsqlBatchCommand NoteSwept(EnvironmentKey environment, int version) =>
        Statements.Sql("delete from unswept_programs where environment = $1 and version <= $2").With(environment.Value).With(version);
}
