using Laurel.Benchmarks.Reports;

namespace Laurel.Benchmarks.Postgres;

/// <summary>
/// Two nodes on one database beside one of them alone, with as many connections in all, by turns and in changing order. What they lose to each other's locks is the
/// target; all of it shares one machine, so that a second node cannot add what a machine of its own would.
/// </summary>
internal static class NodesLayer
{
    private const string Layer = "nodes";
    private const string Database = "nodes";

    public static async Task RunAsync(BenchOptions options, Report report, PostgresServer postgres)
    {
        await using var laurel = await LaurelOnPostgres.FillAsync(options, postgres, Database);
        await postgres.RoundLogAsync();
        await postgres.SettleAsync(Database);
        await laurel.StartNodeAsync();
        await laurel.StartNodeAsync();
        await CompareAsync(options, report, postgres, "POST /events, 256 connections", laurel.SendSinglesAsync);
        await CompareAsync(options, report, postgres, "batches of 100, 16 connections", laurel.SendBatchesAsync);
        await laurel.FinishAsync(report, Layer);
        await postgres.DropDatabasesAsync(Database);
    }

    private static async Task CompareAsync(BenchOptions options, Report report, PostgresServer postgres, string name, Func<int, int, Task<double>> send)
    {
        await send(3, 2);
        List<double> one = [], two = [];
        for (var round = 0; round < options.Rounds(7); round++)
        {
            foreach (var nodes in round % 2 == 0 ? (int[])[1, 2] : [2, 1])
            {
                await postgres.SettleAsync(Database);
                (nodes == 1 ? one : two).Add(await send(options.Seconds(6), nodes));
            }
        }

        var ratios = two.Zip(one, (both, alone) => both / alone).ToList();
        report.Add(Layer, $"one node, {name}", Median.Of(one), "events/s");
        report.Add(Layer, $"two nodes together, {name}", Median.Of(two), "events/s");
        report.AddRatio(Layer, $"two nodes over one, {name}", ratios, Target.AtLeast(0.85));
    }
}
