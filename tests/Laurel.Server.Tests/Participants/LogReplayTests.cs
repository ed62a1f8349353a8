using System.Collections.Concurrent;
using System.Text;
using CsCheck;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Telemetry;
using Laurel.AspNetCore.Verification;
using Laurel.AspNetCore.Webhooks;
using Laurel.Challenges;
using Laurel.Core.Tests.Generated;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Storage.Sqlite;
using Laurel.Storage.Transfer;
using Laurel.Tenants;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Laurel.Server.Tests.Participants;

/// <summary>State is the fold of the log: on any programs, through the real pipeline and a real store. Source: semantics §7, "The log".</summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class LogReplayTests : IAsyncLifetime
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CancellationToken _none = CancellationToken.None;

    private static readonly Gen<string> _properties = Gen.Select(
        Gen.OneOf(Gen.Int[-5, 60].Select(number => number.ToString()), One("2.50", "1e300", "null", "\"5\"", "[1,\"A\"]")),
        One("\"A\"", "\"B\"", "\"abc\"", "[\"A\"]", "true", "null", "7", "7.0"),
        (n, s) => $$"""{"n":{{n}},"s":{{s}}}""");

    // Mostly minutes and days apart, sometimes months; some events come late, some a little early.
    private static readonly Gen<int> _minutesLater = Gen.Frequency((4, Gen.Int[0, 90]), (3, Gen.Int[0, 3 * 1440]), (1, Gen.Int[0, 60 * 1440]));
    private static readonly Gen<int> _minutesLate = Gen.Frequency((6, Gen.Const(0)), (2, Gen.Int[0, 5 * 1440]), (1, Gen.Int[0, 70 * 1440]), (1, Gen.Int[-1440, 0]));

    private static readonly Gen<Step> _step = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 14], One(GeneratedPrograms.EventNames), _properties, Gen.Select(_minutesLater, _minutesLate, GeneratedCommands.Any), (who, what, name, properties, rest) =>
        new Step($"p{who}", what, name, properties, rest.Item1, rest.Item2, rest.Item3));

    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-").FullName;
    private TestStore? _place;
    private ILaurelStore _store = null!;
    private readonly LaurelTelemetry _telemetry = new();
    private readonly ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);
    private int _environments;

    public async ValueTask InitializeAsync()
    {
        _place = await TestStore.CreateAsync(_folder, TestStore.IsPostgresWanted);
        _store = StoreChoice.Create(new LaurelOptions { Store = _place.Setting });
        await _store.StartAsync(_none);
    }

    public async ValueTask DisposeAsync()
    {
        _telemetry.Dispose();
        await _store.DisposeAsync();
        await _place!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_log_replayed_from_nothing_is_the_state_the_parts_and_the_facts_byte_for_byte()
    {
        await Gen.Select(GeneratedPrograms.Whole, GeneratedPrograms.Whole, _step.Array[10, 60]).SampleAsync(PlayAsync, iter: 100, threads: 2);

        await VerifiesAsync(_store);
        await using var copy = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder, "copy.db")));
        await copy.StartAsync(_none);
        await MoveAsync(_store, copy);
        await VerifiesAsync(copy);

        // What was never done was never tested.
        string[] expected = ["Event", "Command", "Tick", "part", "allocated", "refused", "late", .. FactKinds.All.Skip(1).Except(GeneratedCommands.KindsNotMade)];
        Assert.All(expected, what => Assert.True(_seen.GetValueOrDefault(what) > 10, $"{what}: {string.Join(' ', _seen)}"));
    }

    // The programs are published without anybody to look at the participants under them, and one is never asked: dues are those of either program.
    private static async Task VerifiesAsync(ILaurelStore store)
    {
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(_none);
        var differences = new List<string>();
        var counts = await new StoreVerification(store).RunAsync(snapshot, difference => differences.Add(difference.ToString()), _none);
        Assert.Empty(differences);
        Assert.Equal((await snapshot.CountAsync(_none)).Inputs, counts.Inputs);
    }

    private static async Task MoveAsync(ILaurelStore from, SqliteStore to)
    {
        await using var lines = new MemoryStream();
        await using (var snapshot = await from.Transfer.OpenSnapshotAsync(_none))
        {
            await Export.WriteAsync(snapshot, lines, _ => { }, _none);
        }

        lines.Position = 0;
        await to.Transfer.ImportAsync(Export.ReadAsync(lines, _ => { }, _none), _none);
    }

    private async Task PlayAsync(string first, string second, Step[] steps)
    {
        var environment = EnvironmentKey.Of(Interlocked.Increment(ref _environments), live: false);
        var time = new FakeTimeProvider(_start);
        var books = new RuleBooks(_store);
        var ids = 0UL;
        var pipeline = new EventPipeline(
            _store, books, new SubscriberSets(_store), new OutboxSignal(), time, new PipelineLimits(QueueLimit: 1000, BatchLimit: 3), () => ++ids << 16, _telemetry, NullLogger<EventPipeline>.Instance);
        await PublishAsync(environment, 1, first);
        for (var reward = 0; reward < 3; reward++)
        {
            await _store.AddRewardCodesAsync(new RewardName(environment, $"c{reward}"), ["A", "B", "C"], _none);
        }

        for (var i = 0; i < steps.Length; i++)
        {
            if (i == steps.Length / 2)
            {
                await PublishAsync(environment, 2, second);
            }

            time.AdjustTime(time.GetUtcNow().AddMinutes(steps[i].MinutesLater));

            // Several commands share a batch, those of one participant among them.
            var group = new CommandGroup([steps[i].ToCommand(environment, time), steps[(i * 7) % steps.Length].ToCommand(environment, time)]);
            Assert.True(pipeline.TrySubmit(group));
            for (var lane = 0; lane < pipeline.LaneCount; lane++)
            {
                while (await pipeline.RunOnceAsync(lane))
                {
                    // Until nothing waits.
                }
            }

            Assert.All(group.Commands, command => Assert.True(command.Outcome is CommandOutcome.Answered or CommandOutcome.Refused or CommandOutcome.Woken, $"{command.Outcome}"));
        }

        foreach (var row in await _store.ReadParticipantsAsync(environment, 0, 10, _none))
        {
            await ReplaysAsync(row, new LogReplay(_store, books));
        }
    }

    private async Task ReplaysAsync(ParticipantRow row, LogReplay replay)
    {
        var parts = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        var state = ParticipantState.New;
        await foreach (var input in replay.ReadAsync(row.Name, row.State.Seq, tracedSeq: row.State.Seq, parts, _none))
        {
            Assert.True(input.AgreesWithLog(), $"input {input.Row.Seq}: {Encoding.UTF8.GetString(input.Row.Facts.Span)}");
            Assert.Equal(input.Row.Seq == row.State.Seq, input.Trace is not null);
            state = input.Decision.State;
            Note(input);
        }

        Assert.Equal(Encoding.UTF8.GetString(StateDocument.Write(row.State)), Encoding.UTF8.GetString(StateDocument.Write(state)));
        var stored = await _store.ReadPartsAsync(row.Name, [.. parts.Keys], _none);
        Assert.Equal(stored.Keys.Order(StringComparer.Ordinal), parts.Where(part => part.Value is not null).Select(part => part.Key).Order(StringComparer.Ordinal));
        Assert.All(stored, part => Assert.Equal(Encoding.UTF8.GetString(part.Value.Span), Encoding.UTF8.GetString(parts[part.Key]!.Value.Span)));
        _seen.AddOrUpdate("part", stored.Count, (_, count) => count + stored.Count);
    }

    private void Note(ReplayedInput input)
    {
        List<string> seen = [input.Row.Kind.ToString(), .. input.Decision.Facts.Select(fact => fact.Kind)];
        seen.AddRange(EventAnswers.ReadOutcomes(input.Row.Outcomes).Select(outcome => outcome.IsGranted ? "allocated" : "refused"));
        seen.AddRange(input.Row.OccurredAt < input.Row.ReceivedAt ? ["late"] : []);
        seen.ForEach(what => _seen.AddOrUpdate(what, 1, (_, count) => count + 1));
    }

    private async Task PublishAsync(EnvironmentKey environment, int version, string program) =>
        Assert.True(await _store.PublishProgramAsync(
            new ProgramRow(environment, version, Encoding.UTF8.GetBytes(program), Timestamp.From(_start), "test", Zones: default), _none));

    private static Gen<string> One(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(place => choices[place]);

    private sealed record Step(string Participant, int What, string Name, string Properties, int MinutesLater, int MinutesLate, CommandInput Command)
    {
        public PipelineCommand ToCommand(EnvironmentKey environment, TimeProvider time)
        {
            var participant = new ParticipantName(environment, Participant);
            return What switch
            {
                0 => new WakeCommand(participant),
                <= 3 => new WriteCommand(participant, new ParticipantRate(0, 1), new EnrollInput(default, $"c{What - 1}", default), key: null, payloadHash: default),
                <= 7 => new WriteCommand(participant, new ParticipantRate(0, 1), Command, key: null, payloadHash: default),
                _ => new EventCommand(
                    participant,
                    new ParticipantRate(0, 1),
                    Name,
                    Laurel.Facts.Properties.ReadTrusted(Encoding.UTF8.GetBytes(Properties)),
                    Timestamp.From(time.GetUtcNow().AddMinutes(-MinutesLate)),
                    key: null,
                    payloadHash: default),
            };
        }
    }
}
