using System.Text;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// Whoever calls Laurel cannot tell which store it has: one server on SQLite and one on PostgreSQL are sent the same operations at the same times, and answer the same.
/// The test shows what it reached (pitfall 15).
/// </summary>
public sealed class BothStoresTests(ITestOutputHelper output)
{
    /// <summary>From so many operations on each kind must be among them; fewer are drawn every day.</summary>
    private const int FewestForAll = 5_000;

    private readonly SortedDictionary<string, int> _reached = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, int> _statuses = [];

    // It has both stores, so that one run of the tests is enough.
    [Fact]
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    public async Task Both_stores_answer_the_same_and_hold_the_same()
    {
        output.WriteLine($"{Counts.Differential} operations, seed {Counts.Seed}");
        await using var sqlite = await Twin.StartAsync(isPostgres: false, Counts.Seed);
        await using var postgres = await Twin.StartAsync(isPostgres: true, Counts.Seed);
        await SameAnswersAsync(sqlite, postgres);
        var (expected, actual) = (await Contents.ReadAsync(sqlite), await Contents.ReadAsync(postgres));
        var contents = Contents.Count(expected);
        Report(contents);
        Assert.Equal(expected, actual);
        EachKindWasReached(contents);
    }

    private async Task SameAnswersAsync(Twin sqlite, Twin postgres)
    {
        var operations = new DrawnOperations(Counts.Seed, Twin.Key, "bq_test_ffffffffffffffffffffffffffffffff", sqlite.Time);
        await sqlite.Api.PutAsync(Api.Program, RichProgram.Text);
        await postgres.Api.PutAsync(Api.Program, RichProgram.Text);
        for (var i = 0; i < Counts.Differential; i++)
        {
            var operation = operations.Next();
            var first = sqlite.DoAsync(operation);
            var second = postgres.DoAsync(operation);
            var ((expected, reply), (actual, _)) = (await first, await second);
            Assert.True(expected == actual, $"operation {i}, {Show(operation)}\n--- SQLite\n{expected}\n--- PostgreSQL\n{actual}");
            Count(operation.Kind);
            if (reply is not null)
            {
                Assert.True(reply.Status < 500, $"operation {i}, {Show(operation)}: {reply}\n{sqlite.Log.LastOrDefault()}");
                Count($"{operation.Kind} {reply.Status}");
                _statuses[reply.Status] = _statuses.GetValueOrDefault(reply.Status) + 1;
                operations.Note((Ask)operation, reply);
            }
            else if (expected.Contains("queued", StringComparison.Ordinal))
            {
                Count("deliveries claimed");
            }
        }
    }

    private void Count(string what) => _reached[what] = _reached.GetValueOrDefault(what) + 1;

    private static string Show(Operation operation) => operation is Ask { Request: var request }
        ? $"{operation.Kind}: {request.Method} {request.Path} {request.IdempotencyKey} {(request.Body is { Length: < 3000 } body ? Encoding.UTF8.GetString(body) : "")}"
        : $"{operation}";

    private void Report(SortedDictionary<string, int> contents)
    {
        output.WriteLine(string.Join(", ", _reached.Select(pair => $"{pair.Key}: {pair.Value}")));
        output.WriteLine("statuses: " + string.Join(", ", _statuses.Select(pair => $"{pair.Key}: {pair.Value}")));
        output.WriteLine("held in the end: " + string.Join(", ", contents.Select(pair => $"{pair.Key}: {pair.Value}")));
    }

    // What is rare is asked of long runs alone.
    private void EachKindWasReached(SortedDictionary<string, int> contents)
    {
        string[] always =
        [
            "any shape 200", "any shape 422", "event 200", "batch 200", "retry 200", "enrolment 200", "publish 200", "definition 200", "codes 200", "read 200", "read 404", "trace 200", "dry run 200",
            "webhook 200", "webhook 201", "deliveries claimed", "time jump",
        ];
        string[] inLongRuns =
        [
            "any shape 400", "any shape 401", "any shape 405", "any shape 413", "any shape 415", "any shape 429", "event 429", "enrolment 404", "publish 422", "definition 201", "definition 204", "definition 404", "definition 412", "definition 422",
            "codes 404", "codes 409", "trace 404", "retry 410", "webhook 202", "webhook 204", "webhook 404", "webhook 412", "webhook 422",
        ];
        if (Counts.Differential < FewestForAll)
        {
            return;
        }

        Assert.Empty(always.Except(_reached.Keys));
        Assert.Empty(new[] { "event", FactKinds.PointsAwarded, FactKinds.BadgeUnlocked, FactKinds.TierChanged, FactKinds.PointsExpired }.Except(contents.Keys));
        if (Counts.Differential >= 10_000)
        {
            Assert.Empty(inLongRuns.Except(_reached.Keys));

            // Nobody is shown the facts of who was erased.
            Assert.Empty(FactKinds.All.Except(contents.Keys).Except([FactKinds.ParticipantErased]));
        }
    }
}
