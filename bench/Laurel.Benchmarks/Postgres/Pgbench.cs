using System.Diagnostics;
using System.Globalization;

namespace Laurel.Benchmarks.Postgres;

/// <summary>What pgbench printed.</summary>
internal sealed record PgbenchResult(long Transactions, double PerSecond);

/// <summary>
/// <c>pgbench</c> with a script of <c>load/</c>: one event, one transaction, on a copy of the database that Laurel filled. The texts of a row are those that Laurel wrote.
/// </summary>
internal sealed class Pgbench
{
    // What Laurel keeps of a participant who had nothing but events of this program: %1 is how many, %2 their grants, %3 the points.
    private const string State =
        """{"schema_version":1,"seq":%1$s,"total_events":%1$s,"due_version":2,"facts":[%1$s,%2$s,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"balances":[{"currency":"points","current":%3$s,"earned":%3$s,"spent":0}]}""";

    private const string Columns = "environment, program_version, engine_version, fact_mask, fact_count, event_name, properties, facts, answer";

    private readonly PostgresServer _postgres;
    private readonly string _database;
    private readonly List<string> _variables;

    private Pgbench(PostgresServer postgres, string database, List<string> variables)
    {
        _postgres = postgres;
        _database = database;
        _variables = variables;
    }

    /// <summary>Takes the texts of a row from <paramref name="database"/>, in which each participant had one event.</summary>
    public static async Task<Pgbench> CreateAsync(PostgresServer postgres, string database)
    {
        var row = await postgres.RowAsync(
            database,
            $"select {Columns}, state, format('{State}', 1, 3, 64) from log join participants on participants.key = log.participant_key where log.seq = 1 limit 1");
        if (!Equals(row[^2], row[^1]))
        {
            throw new BenchFailedException($"Laurel keeps a participant as {row[^2]}, and the hand-written script as {row[^1]}: they no longer write the same rows.");
        }

        var names = Columns.Split(", ");
        List<string> variables = [$"people={LaurelOnPostgres.People}", $"state={State}", .. names.Select((name, i) => string.Create(CultureInfo.InvariantCulture, $"{name}={row[i]}"))];
        return new Pgbench(postgres, database, variables);
    }

    /// <summary>Version of pgbench.</summary>
    public static async Task<string> VersionAsync(PostgresServer postgres)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(postgres.Binaries, "pgbench"), ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return (await process.StandardOutput.ReadToEndAsync()).Trim();
    }

    /// <summary>Runs <paramref name="script"/> with so many clients; a transaction that failed fails the run.</summary>
    public async Task<PgbenchResult> RunAsync(string script, int clients, int seconds)
    {
        var start = new ProcessStartInfo(Path.Combine(_postgres.Binaries, "pgbench"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "-h", "127.0.0.1", "-p", Text(_postgres.Port), "-U", _postgres.User, "-n", "-M", "prepared", "-c", Text(clients), "-j", "2", "-T", Text(seconds), "-f", script,
            .. _variables.SelectMany(variable => (string[])["-D", variable]),
            _database,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PGPASSWORD"] = _postgres.Password;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || Find(output, "number of failed transactions:") != 0)
        {
            throw new BenchFailedException($"pgbench {Path.GetFileName(script)} ended with {process.ExitCode}: {output} {await errors}");
        }

        return new PgbenchResult((long)Find(output, "number of transactions actually processed:"), Find(output, "tps ="));
    }

    private static double Find(string output, string label)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal))
            ?? throw new BenchFailedException($"pgbench did not print '{label}': {output}");
        return double.Parse(line[label.Length..].Trim().Split(' ', '/')[0], CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
