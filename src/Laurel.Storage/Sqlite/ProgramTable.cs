using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>programs</c>: every version that was ever published.</summary>
internal static class ProgramTable
{
    public static int NewestVersion(Connection connection, EnvironmentKey environment)
    {
        var select = connection.Prepare("select max(version) from programs where environment = ?1").Bind(1, environment.Value);
        var version = select.Step() ? select.Int(0) : 0;
        select.Reset();
        return version;
    }

    public static ProgramRow? Read(Connection connection, EnvironmentKey environment, int? version)
    {
        var select = connection.Prepare(
            "select version, document, published_at, published_by, zones from programs where environment = ?1 and (?2 is null or version = ?2) order by version desc limit 1")
            .Bind(1, environment.Value).Bind(2, version);
        var program = select.Step()
            ? new ProgramRow(environment, select.Int(0), select.Bytes(1).ToArray(), new Timestamp(select.Long(2)), select.Text(3), select.Bytes(4).ToArray())
            : null;
        select.Reset();
        return program;
    }

    public static bool Publish(Connection connection, ProgramRow program)
    {
        if (NewestVersion(connection, program.Environment) != program.Version - 1)
        {
            return false;
        }

        Insert(connection, program, isUnswept: true);
        return true;
    }

    /// <summary>Adds a version within the open transaction. <paramref name="isUnswept"/>: it is the newest, and nobody was looked at under it yet.</summary>
    public static void Insert(Connection connection, ProgramRow program, bool isUnswept)
    {
        connection.Prepare("insert into programs (environment, version, document, published_at, published_by, zones) values (?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, program.Environment.Value).Bind(2, program.Version).BindText(3, program.Document.Span)
            .Bind(4, program.PublishedAt.UnixMicroseconds).Bind(5, program.PublishedBy).BindText(6, program.Zones.IsEmpty ? "[]"u8 : program.Zones.Span).Run();
        if (isUnswept)
        {
            connection.Prepare("insert into unswept_programs (environment, version) values (?1, ?2) on conflict do update set version = excluded.version")
                .Bind(1, program.Environment.Value).Bind(2, program.Version).Run();
        }
    }

    /// <summary>All versions of all environments, for <see cref="Record"/>.</summary>
    public const string SelectAll =
        """
        select p.environment, p.version, p.document, p.published_at, p.published_by, p.zones, u.version is not null
        from programs p left join unswept_programs u on u.environment = p.environment and u.version = p.version order by p.environment, p.version
        """;

    public static ProgramRecord Record(Statement select) => new(
        new ProgramRow(
            new EnvironmentKey(select.Int(0)), select.Int(1), select.Bytes(2).ToArray(), new Timestamp(select.Long(3)), select.Text(4), select.Bytes(5).ToArray()),
        select.Int(6) != 0);

    /// <summary>A page of versions. They count 1, 2, 3 … without a gap, so that the newest one's number is their total.</summary>
    public static ProgramVersionsPage Versions(Connection connection, EnvironmentKey environment, int page, int pageSize)
    {
        var total = NewestVersion(connection, environment);
        var select = connection.Prepare(
            "select version, published_at, published_by from programs where environment = ?1 and version <= ?2 order by version desc limit ?3")
            .Bind(1, environment.Value).Bind(2, total - ((page - 1L) * pageSize)).Bind(3, pageSize);
        var versions = new List<ProgramVersion>();
        while (select.Step())
        {
            versions.Add(new ProgramVersion(select.Int(0), new Timestamp(select.Long(1)), select.Text(2)));
        }

        select.Reset();
        return new ProgramVersionsPage(versions, total);
    }

    /// <summary>Environments whose newest version was not noted as swept.</summary>
    public static List<(EnvironmentKey Environment, int Version)> Unswept(Connection connection)
    {
        var select = connection.Prepare("select environment, version from unswept_programs order by environment");
        var unswept = new List<(EnvironmentKey, int)>();
        while (select.Step())
        {
            unswept.Add((new EnvironmentKey(select.Int(0)), select.Int(1)));
        }

        select.Reset();
        return unswept;
    }

    /// <summary>Notes a sweep, unless a newer version came meanwhile.</summary>
    public static void NoteSwept(Connection connection, EnvironmentKey environment, int version) =>
        connection.Prepare("delete from unswept_programs where environment = ?1 and version <= ?2").Bind(1, environment.Value).Bind(2, version).Run();
}
