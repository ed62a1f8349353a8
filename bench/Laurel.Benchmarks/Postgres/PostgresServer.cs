using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Laurel.Benchmarks.Postgres;

/// <summary>
/// A PostgreSQL of the bench's own, from the installed binaries, with its data on the disk that is measured. It is as durable as its defaults make it. It ends with
/// the process that started it, however that ends: a keeper waits for the end of its input and then takes the server down and its data away.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    // The server's defaults for what counts as durable, written down so that nobody must look them up; memory and log large enough that neither is what is measured.
    private const string Settings =
        """
        fsync = on
        synchronous_commit = on
        full_page_writes = on
        shared_buffers = 1GB
        max_wal_size = 4GB
        min_wal_size = 4GB
        max_connections = 200
        """;

    private static readonly string[] Shown = ["fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers", "max_wal_size", "checkpoint_timeout"];

    private readonly Process _keeper;
    private readonly string _folder;
    private readonly NpgsqlConnectionStringBuilder _server;

    private PostgresServer(Process keeper, string folder, string binaries, int port, string password)
    {
        _keeper = keeper;
        _folder = folder;
        Binaries = binaries;
        _server = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "laurel", Password = password, Database = "postgres" };
    }

    /// <summary>The folder of <c>pgbench</c> and the rest.</summary>
    public string Binaries { get; }

    public int Port => _server.Port;

    public string User => _server.Username!;

    public string Password => _server.Password!;

    /// <summary>Starts a server on a free port, on an empty data folder below the scratch folder.</summary>
    public static async Task<PostgresServer> StartAsync(BenchOptions options)
    {
        var binaries = FindBinaries() ?? throw new BenchFailedException("PostgreSQL is missing. Install it (sudo apt-get install postgresql) and run again.");
        var folder = Scratch.Make(options, $"postgres-{Environment.ProcessId}");
        var port = FreePort();
        var password = Guid.NewGuid().ToString("N");
        await File.WriteAllTextAsync(Path.Combine(folder, "password"), password);
        await File.WriteAllTextAsync(Path.Combine(folder, "keep.sh"), Script(binaries, folder, port));
        var isRoot = Environment.UserName == "root";
        if (isRoot)
        {
            // PostgreSQL refuses to run as root.
            using var give = Process.Start("chown", ["-R", "nobody", folder]);
            await give.WaitForExitAsync();
        }

        var script = Path.Combine(folder, "keep.sh");
        var keeper = Process.Start(new ProcessStartInfo("/bin/sh", isRoot ? ["-c", "exec runuser -u nobody -- /bin/sh \"$0\"", script] : [script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return await keeper.StandardOutput.ReadLineAsync() == "ready"
            ? new PostgresServer(keeper, folder, binaries, port, password)
            : throw new BenchFailedException($"PostgreSQL did not start; see 'log' and 'server.log' in {folder}, which the user that it runs as must be able to reach.");
    }

    /// <summary>The connection string of a database.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Makes a database, as a copy of <paramref name="template"/> where one is named, to which nobody may be connected.</summary>
    public Task CreateDatabaseAsync(string name, string? template = null) =>
        ExecuteAsync("postgres", template is null ? $"create database {name}" : $"create database {name} template {template}");

    /// <summary>Removes databases that were measured.</summary>
    public async Task DropDatabasesAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await ExecuteAsync("postgres", $"drop database if exists {name} with (force)");
        }
    }

    /// <summary>Writes the log round once, as on a server that has run for a while: so its files are used again, and not made while something is measured.</summary>
    public Task RoundLogAsync() => ExecuteAsync("postgres", "select pg_logical_emit_message(false, 'round', repeat('x', 1000000)) from generate_series(1, 3000)");

    /// <summary>Leaves every database as autovacuum would, given time, and the log written down, so that no measurement pays for what was before it.</summary>
    public async Task SettleAsync(params string[] databases)
    {
        foreach (var database in databases)
        {
            await ExecuteAsync(database, "vacuum (analyze)");
        }

        await ExecuteAsync("postgres", "checkpoint");
    }

    /// <summary>Runs a statement on a connection of its own, without a limit of time.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first row of a query.</summary>
    public async Task<object[]> RowAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            throw new BenchFailedException($"No row came back for: {sql}");
        }

        var row = new object[reader.FieldCount];
        reader.GetValues(row);
        return row;
    }

    /// <summary>Stops the server as an operator would, and starts it again; returns once it takes connections.</summary>
    public Task RestartAsync() => OrderAsync("restart");

    /// <summary>The server ends without writing anything down, and recovers from its log; returns once it takes connections.</summary>
    public Task CrashAsync() => OrderAsync("crash");

    /// <summary>Version and settings, as the server itself tells them.</summary>
    public async Task<string> DescribeAsync()
    {
        var version = (await RowAsync("postgres", "show server_version"))[0];
        var settings = new List<string>();
        foreach (var name in Shown)
        {
            settings.Add($"{name}={(await RowAsync("postgres", $"show {name}"))[0]}");
        }

        return $"PostgreSQL {version}, {string.Join(", ", settings)}";
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
        Scratch.Remove(_folder);
    }

    private async Task OrderAsync(string order)
    {
        await _keeper.StandardInput.WriteLineAsync(order);
        await _keeper.StandardInput.FlushAsync();
        if (await _keeper.StandardOutput.ReadLineAsync() != "done")
        {
            throw new BenchFailedException($"PostgreSQL did not {order}; see 'log' and 'server.log' in {_folder}.");
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString(database)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    // The newest version installed, where Debian has it, else what the path has.
    private static string? FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        var folders = versions.OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pgbench")));
    }

    private static string Script(string binaries, string folder, int port) =>
        $$"""
        trap '' INT TERM HUP
        cd "{{folder}}" || exit 1
        export PATH="{{binaries}}:$PATH"
        initdb -D data -U laurel -E UTF8 --locale=C -A scram-sha-256 --pwfile=password > log 2>&1 || exit 1
        echo "port = {{port}}
        listen_addresses = '127.0.0.1'
        unix_socket_directories = ''
        {{Settings}}" >> data/postgresql.conf
        pg_ctl -D data -l server.log -w -t 120 start >> log 2>&1 < /dev/null || exit 1
        echo ready
        while read -r order; do
          case "$order" in
            restart) pg_ctl -D data -l server.log -w -t 120 -m fast restart >> log 2>&1 < /dev/null && echo done || echo failed ;;
            crash) { pg_ctl -D data -m immediate stop && pg_ctl -D data -l server.log -w -t 120 start; } >> log 2>&1 < /dev/null && echo done || echo failed ;;
          esac
        done
        pg_ctl -D data -m immediate stop >> log 2>&1
        rm -rf -- *

        """;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
