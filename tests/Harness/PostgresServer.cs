using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Laurel.Harness;

/// <summary>
/// A real PostgreSQL for tests: the one that LAUREL_TEST_POSTGRES names (a connection string of a user who may create databases), else one of its own, started from
/// the installed binaries in a temporary folder. What it starts ends with the process, however that ends.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Missing =
        "PostgreSQL is missing. Install it (sudo apt-get install postgresql), or set LAUREL_TEST_POSTGRES to the connection string of a server.";

    private static readonly Lazy<Task<PostgresServer?>> Shared = new(FindAsync);

    private readonly Process? _keeper;

    private PostgresServer(string connectionString, Process? keeper)
    {
        ConnectionString = connectionString;
        _keeper = keeper;
    }

    /// <summary>Its database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>The server that all tests of a run share. Skips the test where there is none, and fails it in CI.</summary>
    public static async Task<PostgresServer> ShareAsync() => await Shared.Value ?? throw Absent();

    /// <summary>A server of the caller's own, which it may crash and restart. Skips the test where there is none to start.</summary>
    public static async Task<PostgresServer> StartAsync() => await TryStartAsync() ?? throw Absent();

    /// <summary>Kills the server as a crash would, and starts it again, which recovers from its log.</summary>
    public async Task RestartAsync()
    {
        await PgCtlAsync("-m", "immediate", "stop");
        await PgCtlAsync("-w", "start");
    }

    /// <summary>Kills the server as a crash would.</summary>
    public Task StopAsync() => PgCtlAsync("-m", "immediate", "stop");

    /// <summary>Starts a server that was stopped.</summary>
    public Task ContinueAsync() => PgCtlAsync("-w", "start");

    /// <summary>Makes a database, as a copy of <paramref name="template"/> where one is named, and answers its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"laurel_{Guid.NewGuid():N}";
        await ExecuteAsync(ConnectionString, template is null ? $"create database {name}" : $"create database {name} template {template}");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Removes a database, whoever is connected to it.</summary>
    public async Task DropDatabaseAsync(string connectionString) =>
        await ExecuteAsync(ConnectionString, $"drop database if exists {NameOf(connectionString)} with (force)");

    /// <summary>Where a program of the newest PostgreSQL installed stands, such as <c>pg_dump</c>. Skips the test where there is none.</summary>
    public static string ProgramPath(string program) => FindBinaries() is { } folder ? Path.Combine(folder, program) : throw Absent();

    /// <summary>The database of a connection string.</summary>
    public static string NameOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    /// <summary>Runs a statement on a connection of its own.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_keeper is not null)
        {
            // The keeper ends the server when nobody writes to it any more.
            _keeper.StandardInput.Close();
            await _keeper.WaitForExitAsync();
            _keeper.Dispose();
        }
    }

    private static string Unpooled(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    private static Exception Absent()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            return new InvalidOperationException(Missing);
        }

        Assert.Skip(Missing);
        return new UnreachableException();
    }

    private static async Task<PostgresServer?> FindAsync() =>
        Environment.GetEnvironmentVariable("LAUREL_TEST_POSTGRES") is { Length: > 0 } given ? new PostgresServer(given, null) : await TryStartAsync();

    private static async Task<PostgresServer?> TryStartAsync()
    {
        if (FindBinaries() is not { } binaries)
        {
            return null;
        }

        var folder = Directory.CreateTempSubdirectory("laurel-postgres-").FullName;
        var port = FreePort();
        var password = Guid.NewGuid().ToString("N");
        await File.WriteAllTextAsync(Path.Combine(folder, "password"), password);
        await File.WriteAllTextAsync(Path.Combine(folder, "keep.sh"), Script(binaries, folder, port));
        if (Environment.UserName == "root")
        {
            // PostgreSQL refuses to run as root.
            await RunAsync("chown", "-R", "nobody", folder);
        }

        var keeper = Process.Start(new ProcessStartInfo("/bin/sh", AsUser("/bin/sh", Path.Combine(folder, "keep.sh")))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var ready = await keeper.StandardOutput.ReadLineAsync();
        if (ready != "ready")
        {
            throw new InvalidOperationException($"PostgreSQL did not start; see {folder}/log.");
        }

        var connectionString = string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=laurel;Password={password};Database=postgres;Include Error Detail=true");
        return new PostgresServer(connectionString, keeper);
    }

    // The newest version installed, where Debian has it, else what the path has.
    private static string? FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        var folders = versions.OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    // Waits for the end of its input, which comes when the tests end or are killed, and then takes the server down. What the tests check does not depend on a disk
    // that survives its machine, so nothing waits for one.
    private static string Script(string binaries, string folder, int port) =>
        $"""
        trap '' INT TERM HUP
        cd {folder}
        export PATH="{binaries}:$PATH"
        initdb --no-sync -D data -U laurel -E UTF8 --locale=C -A scram-sha-256 --pwfile=password > log 2>&1 || exit 1
        echo "port = {port}
        listen_addresses = '127.0.0.1'
        unix_socket_directories = ''
        max_connections = 200
        fsync = off
        max_wal_size = 256MB" >> data/postgresql.conf
        pg_ctl -D data -l server.log -w start >> log 2>&1 < /dev/null || exit 1
        echo ready
        while read -r command; do
          pg_ctl -D data -l server.log $command >> log 2>&1 < /dev/null
          echo "done $?"
        done
        pg_ctl -D data -m immediate stop >> log 2>&1
        rm -rf {folder}

        """;

    private static IEnumerable<string> AsUser(string program, string argument) =>
        Environment.UserName == "root" ? ["-c", $"exec runuser -u nobody -- {program} {argument}"] : [argument];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task PgCtlAsync(params string[] arguments)
    {
        await _keeper!.StandardInput.WriteLineAsync(string.Join(' ', arguments));
        await _keeper.StandardInput.FlushAsync();
        Assert.Equal("done 0", await _keeper.StandardOutput.ReadLineAsync());
    }
}
