using System.Globalization;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Where a PostgreSQL store is, and how it is used.</summary>
/// <param name="ConnectionString">
/// <c>Host=…;Database=…</c> with Npgsql's names, or <c>postgres://user:password@host:port/database?Name=value</c>. What Laurel depends on (pools, prepared
/// statements, keepalives) is set over it.
/// </param>
/// <param name="WriteLanes">Lanes of the pipeline. Each has two connections, beside those of readers: one for its batch, one for who is held by another node. At least 1.</param>
/// <param name="MaxConnections">Connections of this node in all; more than twice <paramref name="WriteLanes"/>.</param>
/// <param name="CommandTimeoutSeconds">Seconds that a statement may take, and that a caller waits for a free connection. Locks are waited for half as long.</param>
public sealed record PostgresStoreOptions(string ConnectionString, int WriteLanes = 2, int MaxConnections = 20, int CommandTimeoutSeconds = 10)
{
    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    /// <summary>Connections for batches. A lane must find one also while others wait for locks that another node holds.</summary>
    internal int WriterConnections => 2 * WriteLanes;

    /// <summary>Whether a text looks like one that names a PostgreSQL store, right or wrong.</summary>
    public static bool Recognizes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            || text.Split(';').Any(part => part.Split('=')[0].Trim().ToUpperInvariant() is "HOST" or "SERVER");
    }

    /// <summary>What is wrong with a connection string, with what to change, and without anything that it holds: it may be a password. Null where it can be used.</summary>
    public static string? Fault(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        try
        {
            var settings = Parse(connectionString);
            return string.IsNullOrWhiteSpace(settings.Host) ? "names no host"
                : string.IsNullOrWhiteSpace(settings.Database) ? "names no database"
                : null;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            return "is no connection string that Npgsql can read";
        }
    }

    /// <summary>The connection string as Npgsql reads it, whichever of the two forms it has.</summary>
    internal static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        if (!Schemes.Any(scheme => connectionString.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }

        if (!Uri.TryCreate(connectionString, UriKind.Absolute, out var uri))
        {
            throw new FormatException("The address cannot be read.");
        }

        var settings = new NpgsqlConnectionStringBuilder { Host = uri.Host.Trim('[', ']'), Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) };
        if (uri.Port > 0)
        {
            settings.Port = uri.Port;
        }

        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length > 1)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=', 2)[0], pair.Contains('=', StringComparison.Ordinal) ? pair.Split('=', 2)[1] : "");
            var npgsqlName = NpgsqlNameOf(Uri.UnescapeDataString(name));

            // libpq's verify-full is Npgsql's VerifyFull.
            settings[npgsqlName] = npgsqlName == "SSL Mode" ? Uri.UnescapeDataString(value).Replace("-", "", StringComparison.Ordinal) : Uri.UnescapeDataString(value);
        }

        return settings;
    }

    // Addresses are mostly written with libpq's names.
    private static string NpgsqlNameOf(string name) => name.ToLowerInvariant() switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "options" => "Options",
        _ => name,
    };

    /// <summary>Host, port and database, for people; never a password.</summary>
    internal static string Describe(NpgsqlConnectionStringBuilder settings) =>
        string.Create(CultureInfo.InvariantCulture, $"PostgreSQL at {settings.Host}:{settings.Port}/{settings.Database}");
}
