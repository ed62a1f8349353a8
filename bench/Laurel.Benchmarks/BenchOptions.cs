using System.Globalization;

namespace Laurel.Benchmarks;

/// <summary>How much is measured, and with what. <c>run.sh</c> fills in the folders; people give the first three.</summary>
public sealed class BenchOptions
{
    /// <summary>The layers there are on SQLite, in the order they run.</summary>
    public static readonly IReadOnlyList<string> SqliteLayers = ["evaluate", "http", "batch", "hand", "history", "growth", "webhooks", "verify"];

    /// <summary>The layers there are on PostgreSQL.</summary>
    public static readonly IReadOnlyList<string> PostgresLayers = ["events", "nodes", "weather", "verify"];

    private static readonly string Known =
        $"Options: --quick, --long, --store sqlite|postgres, --only {string.Join('|', SqliteLayers)}, on postgres {string.Join('|', PostgresLayers)} (several with commas).";

    /// <summary>Short durations: enough to see that all works, too short to quote.</summary>
    public bool IsQuick { get; private set; }

    /// <summary>5,000,000 events in the growth layer instead of 1,000,000.</summary>
    public bool IsLong { get; private set; }

    /// <summary>Whether Laurel stands on PostgreSQL; else on SQLite.</summary>
    public bool IsOnPostgres { get; private set; }

    public IReadOnlyList<string> Layers { get; private set; } = [];

    /// <summary>The <c>bench</c> folder of the source tree.</summary>
    public string BenchFolder { get; private set; } = "";

    /// <summary>Where stores are put; on a disk, since a store in memory would sync for nothing.</summary>
    public string ScratchFolder { get; private set; } = "";

    public string ServerProgram { get; private set; } = "";

    /// <summary>The server as it was before there were webhooks; empty where it could not be built.</summary>
    public string EarlierServerProgram { get; private set; } = "";

    public string EmptyProgram { get; private set; } = "";

    /// <summary>The peer written with EF Core; empty unless it is measured.</summary>
    public string EfCoreProgram { get; private set; } = "";

    public string Commit { get; private set; } = "unknown";

    /// <summary>Seconds of a measurement that takes <paramref name="full"/> in a full run.</summary>
    public int Seconds(int full) => IsQuick ? Math.Max(1, full / 4) : full;

    /// <summary>How often a pair of measurements alternates.</summary>
    public int Rounds(int full) => IsQuick ? 1 : full;

    /// <summary>A count that a quick run makes ten times smaller.</summary>
    public int Count(int full) => IsQuick ? full / 10 : full;

    public string LoadScript(string name) => Path.Combine(BenchFolder, "load", name);

    public string ProgramDocument => Path.Combine(BenchFolder, "program.json");

    /// <summary>Reads the arguments; returns what is wrong with them, or null.</summary>
    public static string? Parse(string[] args, out BenchOptions? options)
    {
        var parsed = new BenchOptions();
        options = parsed;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    parsed.IsQuick = true;
                    continue;
                case "--long":
                    parsed.IsLong = true;
                    continue;
            }

            if (i + 1 == args.Length)
            {
                return $"'{args[i]}' is no option, or lacks its value. {Known}";
            }

            if (parsed.Take(args[i], args[++i]) is { } fault)
            {
                return fault;
            }
        }

        return parsed.ChooseLayers();
    }

    /// <summary>The value after <paramref name="name"/>; <paramref name="fallback"/> where it is not given.</summary>
    public static string ValueOf(string[] args, string name, string fallback)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
    }

    /// <summary>A whole number after <paramref name="name"/>.</summary>
    public static int NumberOf(string[] args, string name, int fallback) =>
        int.Parse(ValueOf(args, name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    private string? ChooseLayers()
    {
        var all = IsOnPostgres ? PostgresLayers : SqliteLayers;
        if (Layers.Count == 0)
        {
            Layers = all;
        }

        return Layers.FirstOrDefault(layer => !all.Contains(layer)) is { } unknown ? $"'{unknown}' is no layer of this store. Layers: {string.Join(", ", all)}." : null;
    }

    private string? Take(string name, string value)
    {
        switch (name)
        {
            case "--only":
                Layers = value.Split(',');
                return null;
            case "--store":
                IsOnPostgres = value == "postgres";
                return value is "sqlite" or "postgres" ? null : $"'{value}' is no store. Stores: sqlite, postgres.";
            case "--bench":
                BenchFolder = Path.GetFullPath(value);
                return null;
            case "--scratch":
                ScratchFolder = Path.GetFullPath(value);
                return null;
            case "--server":
                ServerProgram = Path.GetFullPath(value);
                return null;
            case "--earlier-server":
                EarlierServerProgram = Path.GetFullPath(value);
                return null;
            case "--empty":
                EmptyProgram = Path.GetFullPath(value);
                return null;
            case "--efcore":
                EfCoreProgram = Path.GetFullPath(value);
                return null;
            case "--commit":
                Commit = value;
                return null;
            default:
                return $"'{name}' is no option. {Known}";
        }
    }
}
