using System.Collections.Concurrent;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Erasures;

/// <summary>Whoever was to be erased when the server died is whole afterwards, or gone.</summary>
public sealed class ErasureCrashTests
{
    private const int Participants = 24;
    private const int Events = 4;
    private const string Program = """{ "point_rules": [{ "code": "p", "event_name": "buy", "amount": 10 }] }""";

    private readonly string _run = Some.Participant();

    [Fact]
    public async Task After_kill_9_a_participant_is_whole_or_gone_and_never_half()
    {
        await using var server = new LaurelServer();
        server.Settings["Laurel__ParticipantRate__PerSecond"] = "0";
        server.FoldOften();
        await server.StartAsync();
        Assert.Equal(200, (await server.Test.PutAsync(Api.Program, Program)).Status);
        var random = new Random(Counts.Seed);
        var left = 0;
        for (var round = 0; round < Counts.ErasureRounds; round++)
        {
            List<string> participants = [.. Enumerable.Range(0, Participants).Select(one => $"{_run}-{round}-{one}-")];
            var answers = await PlayAsync(server.Test, participants);
            var erased = await KillAmongErasuresAsync(server, participants, killAfter: random.Next(1, Participants - 4));

            // Before anything is mended by a start, too.
            await ErasedTotalsTests.CompareAsync(server);
            await server.StartAsync();
            left += await CheckAsync(server, participants, erased, answers);
        }

        Assert.True(left > 0, "Every participant was erased before the server died.");
        await ErasedTotalsTests.VerifyAsync(server);
    }

    private static async Task<Dictionary<string, string>> PlayAsync(Api api, List<string> participants)
    {
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var participant in participants)
        {
            answers[participant] = (await api.PostEventAsync(First(participant), KeyOf(participant))).Text;
        }

        var more = participants.SelectMany(participant => Enumerable.Range(1, Events - 1).Select(_ => Some.Event(participant, "buy", $$"""{"note":"{{participant}}"}""")));
        Assert.All(await Task.WhenAll(more.Chunk(100).Select(api.PostBatchAsync)), reply => Assert.Equal(200, reply.Status));
        return answers;
    }

    // The server dies as soon as so many erasures were answered: others are under way.
    private static async Task<IReadOnlyCollection<string>> KillAmongErasuresAsync(LaurelServer server, List<string> participants, int killAfter)
    {
        var open = new ConcurrentQueue<string>(participants);
        var erased = new ConcurrentBag<string>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var api = server.Test;
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            try
            {
                while (open.TryDequeue(out var participant))
                {
                    var reply = await api.DeleteAsync(PathOf(participant));
                    Assert.True(reply.Status == 200, reply.ToString());
                    erased.Add(participant);
                    if (erased.Count >= killAfter)
                    {
                        enough.TrySetResult();
                    }
                }
            }
            catch (HttpRequestException)
            {
                // The server died.
            }
        })).ToList();
        await await Task.WhenAny(enough.Task, Task.WhenAll(callers));
        await server.KillAsync();
        await Task.WhenAll(callers);
        return erased;
    }

    // Answers how many are left.
    private static async Task<int> CheckAsync(LaurelServer server, List<string> participants, IReadOnlyCollection<string> erased, Dictionary<string, string> answers)
    {
        var gone = new List<string>();
        foreach (var participant in participants)
        {
            var state = await server.Test.StateAsync(participant);
            if (state.Status == 404)
            {
                gone.Add(participant);
                continue;
            }

            Assert.DoesNotContain(participant, erased);
            Assert.Equal((Events, Events * 10), (state.Json.GetProperty("total_events").GetInt32(), state.Json.GetProperty("points").GetProperty("balance").GetInt32()));
            var inputs = (await server.Test.GetAsync($"{PathOf(participant)}/export")).Json.GetProperty("inputs").EnumerateArray().ToList();
            Assert.Equal(Events, inputs.Count);
            Assert.All(inputs, input => Assert.Equal(participant, input.GetProperty("payload").GetProperty("note").GetString()));
            Assert.Equal(answers[participant], (await server.Test.PostEventAsync(First(participant), KeyOf(participant))).Text);
        }

        Assert.Subset(gone.ToHashSet(StringComparer.Ordinal), erased.ToHashSet(StringComparer.Ordinal));
        if (!server.IsOnPostgres)
        {
            // A server that died before it had rewritten its file does so when it starts.
            Assert.Empty(RawFiles.Find(server.Folder, gone));
        }

        foreach (var participant in gone)
        {
            Expect.Problem(await server.Test.PostEventAsync(First(participant), KeyOf(participant)), 410, "PARTICIPANT_ERASED");
        }

        return participants.Count - gone.Count;
    }

    private static string First(string participant) => Some.Event(participant, "buy", $$"""{"note":"{{participant}}"}""");

    private static string KeyOf(string participant) => $"key-{participant.GetHashCode(StringComparison.Ordinal)}";

    private static string PathOf(string participant) => $"/api/v1/gamify/admin/participants/{participant}";
}
