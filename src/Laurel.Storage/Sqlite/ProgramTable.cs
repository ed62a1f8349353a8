using System.Text;
using Laurel.Facts;
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
            ? new ProgramRow(environment, select.Int(0), select.Bytes(1).ToArray(), new Timestamp(select.Long(2)), select.Text(3)) { Zones = select.Bytes(4).ToArray() }
            : null;
        select.Reset();
        return program;
    }

    public static ProgramVersionsPage ReadVersions(Connection connection, EnvironmentKey environment, int page, int pageSize)
    {
        // Versions have no gaps, so the newest is their number and a page is a range of them.
        var total = NewestVersion(connection, environment);
        var newest = total - ((page - 1L) * pageSize);
        var select = connection.Prepare(
            "select version, published_at, published_by from programs where environment = ?1 and version > ?2 and version <= ?3 order by version desc")
            .Bind(1, environment.Value).Bind(2, newest - pageSize).Bind(3, newest);
        var versions = new List<ProgramVersion>();
        while (select.Step())
        {
            versions.Add(new ProgramVersion(select.Int(0), new Timestamp(select.Long(1)), select.Text(2)));
        }

        select.Reset();
        return new ProgramVersionsPage(versions, total);
    }

    public static bool Publish(Connection connection, ProgramRow program)
    {
        if (NewestVersion(connection, program.Environment) != program.Version - 1)
        {
            return false;
        }

        connection.Prepare("insert into programs (environment, version, document, published_at, published_by, zones) values (?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, program.Environment.Value).Bind(2, program.Version).Bind(3, Encoding.UTF8.GetString(program.Document.Span))
            .Bind(4, program.PublishedAt.UnixMicroseconds).Bind(5, program.PublishedBy)
            .BindText(6, program.Zones.Span).Run();
        return true;
    }
}
