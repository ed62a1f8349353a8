using System.Globalization;

namespace Laurel.Server.Tests.Harness;

/// <summary>How much the long tests do; <c>./test.sh --help</c> names the options behind it.</summary>
public static class Counts
{
    /// <summary>Generated requests: ten times as many in a long run.</summary>
    public static int Fuzz => Read("LAUREL_FUZZ_COUNT") ?? (IsLong ? 100_000 : 10_000);

    /// <summary>Operations that are sent to both stores: 10,000 in a long run.</summary>
    public static int Differential => Read("LAUREL_DIFFERENTIAL_COUNT") ?? (IsLong ? 10_000 : 1_000);

    /// <summary>Rounds of <c>kill -9</c>: 50 in a long run.</summary>
    public static int CrashRounds => Read("LAUREL_CRASH_ROUNDS") ?? (IsLong ? 50 : 8);

    /// <summary>Rounds of <c>kill -9</c> while webhooks are delivered: 30 in a long run.</summary>
    public static int WebhookRounds => Read("LAUREL_CRASH_ROUNDS") ?? (IsLong ? 30 : 4);

    /// <summary>Events of all these rounds together: 20,000 in a long run.</summary>
    public static int WebhookEvents => IsLong ? 20_000 : 1_500;

    /// <summary>Rounds in which many want the last codes and points: 1,000 in a long run.</summary>
    public static int ShopRounds => IsLong ? 1_000 : 3;

    /// <summary>Rounds of <c>kill -9</c> while participants are erased: 30 in a long run.</summary>
    public static int ErasureRounds => Read("LAUREL_CRASH_ROUNDS") ?? (IsLong ? 30 : 2);

    /// <summary>How long three nodes are under load while they die: a minute in a long run.</summary>
    public static TimeSpan NodesLoad => TimeSpan.FromSeconds(IsLong ? 60 : 8);

    /// <summary>The seed of all that is generated; <c>./test.sh</c> draws and prints one where none is given.</summary>
    public static int Seed => Read("LAUREL_SEED") ?? 1;

    /// <summary>Whether a missing need fails a test instead of skipping it.</summary>
    public static bool IsContinuousIntegration => Environment.GetEnvironmentVariable("CI") == "true";

    private static bool IsLong => Environment.GetEnvironmentVariable("LAUREL_LONG") == "true";

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
