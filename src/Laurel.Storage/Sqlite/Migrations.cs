using System.Globalization;

namespace Laurel.Storage.Sqlite;

/// <summary>Brings a file's schema up to date: numbered SQL files inside the assembly, each in a transaction of its own, forward only.</summary>
internal static class Migrations
{
    /// <summary>Applies what is missing and answers what there was. A file of a newer Laurel is refused.</summary>
    public static SchemaChange Apply(Connection connection)
    {
        var scripts = Scripts();
        var version = connection.Scalar("pragma user_version");
        if (version > scripts.Count)
        {
            throw new StoreException(
                StoreFault.Misconfigured, $"The store has schema {version}, but this version of Laurel knows only {scripts.Count}. Run a newer Laurel.");
        }

        for (var next = (int)version; next < scripts.Count; next++)
        {
            try
            {
                connection.Execute("begin immediate");
                connection.Execute(scripts[next]);
                connection.Execute($"pragma user_version = {(next + 1).ToString(CultureInfo.InvariantCulture)}");
                connection.Execute("commit");
            }
            catch
            {
                connection.RollBack();
                throw;
            }
        }

        return new SchemaChange((int)version, scripts.Count);
    }

    private static List<string> Scripts()
    {
        var assembly = typeof(Migrations).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Sqlite.Migrations.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            })
            .ToList();
    }
}
