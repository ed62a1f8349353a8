using System.IO.Compression;
using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Load;

/// <summary>
/// 6,554 real events (the histories of three public projects, authors hashed; tests/data): sent singly from 32 connections, then whole in batches of 100,
/// and held against a calculation of the same file that knows nothing of Laurel.
/// </summary>
public sealed class RealCommitsTests(FoldingServer server) : IClassFixture<FoldingServer>
{
    private const int Connections = 32;

    private const string Program =
        """
        {
          "point_rules": [{ "code": "files", "event_name": "commit_pushed", "amount": { "property": "properties.files_changed", "multiply": 1 } }],
          "badges": [{ "code": "committer", "name": "Committer" }],
          "challenges": [
            { "code": "ten_commits", "name": "10 commits that are no merge",
              "objectives": [{ "code": "commits", "event_name": "commit_pushed", "where": { "property": "properties.is_merge", "op": "eq", "value": false }, "metric": { "type": "count" }, "target": 10 }],
              "rewards": [{ "type": "badge", "code": "committer" }] },
            { "code": "hundred_files", "name": "100 files changed in total",
              "objectives": [{ "code": "files", "event_name": "commit_pushed", "metric": { "type": "sum", "property": "properties.files_changed" }, "target": 100 }],
              "rewards": [{ "type": "points", "amount": 50 }] }
          ],
          "tiers": [
            { "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 1 } },
            { "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 100 } },
            { "code": "gold", "name": "Gold", "level": 3, "criteria_config": { "min_points": 1000 } }
          ]
        }
        """;

    [Fact]
    public async Task Every_commit_counts_once_and_the_state_is_what_the_file_says()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        var lines = ReadLines();
        Assert.Equal(6554, lines.Count);

        var singles = new string[lines.Count];
        await Parallel.ForAsync(0, lines.Count, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (i, _) =>
        {
            var reply = await tenant.Participant.PostEventAsync(lines[i]);
            Expect.Processed(reply);
            singles[i] = reply.Text;
        });
        Assert.Equal(lines.Count, singles.Select(text => JsonDocument.Parse(text).RootElement.GetProperty("event_id").GetString()).Distinct().Count());

        var first = await InBatchesAsync(tenant.Participant, lines);
        Assert.Equal(singles, first.SelectMany(reply => reply.Json.GetProperty("results").EnumerateArray()).Select(result => result.GetRawText()));
        var second = await InBatchesAsync(tenant.Participant, lines);
        Assert.Equal(first.Select(reply => reply.Text), second.Select(reply => reply.Text));

        await Parallel.ForEachAsync(Expected(lines), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) => await CheckAsync(tenant.Participant, one));
    }

    private static List<string> ReadLines()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Repository.Root, "tests/data/commits.ndjson.gz")), CompressionMode.Decompress));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private static async Task<List<Reply>> InBatchesAsync(Api api, List<string> lines)
    {
        var replies = new List<Reply>();
        foreach (var hundred in lines.Chunk(100))
        {
            var reply = await api.PostBatchAsync(hundred);
            Assert.True(reply.Status == 200, reply.ToString());
            Assert.Equal((hundred.Length, 0), (reply.Json.GetProperty("processed").GetInt32(), reply.Json.GetProperty("failed").GetInt32()));
            replies.Add(reply);
        }

        return replies;
    }

    /// <summary>The independent calculation: plain sums over the file.</summary>
    private static List<Participant> Expected(IEnumerable<string> lines)
    {
        var commits = lines.Select(line => JsonDocument.Parse(line).RootElement).Select(commit => (
            Author: commit.GetProperty("participant_id").GetString()!,
            Files: commit.GetProperty("properties").GetProperty("files_changed").GetInt64(),
            IsMerge: commit.GetProperty("properties").GetProperty("is_merge").GetBoolean()));
        var expected = new List<Participant>();
        foreach (var author in commits.GroupBy(commit => commit.Author))
        {
            var files = author.Sum(commit => commit.Files);
            var points = files + (files >= 100 ? 50 : 0);
            var tier = points >= 1000 ? "gold" : points >= 100 ? "silver" : points >= 1 ? "bronze" : null;
            expected.Add(new Participant(author.Key, author.Count(), author.Count(commit => !commit.IsMerge), files, points, tier));
        }

        return expected;
    }

    private static async Task CheckAsync(Api api, Participant expected)
    {
        var state = (await api.StateAsync(expected.Id)).Json;
        Assert.Equal(expected.Events, state.GetProperty("total_events").GetInt32());
        Assert.Equal(expected.Events, (await api.HistoryAsync(expected.Id)).Json.GetProperty("total").GetInt32());
        Assert.Equal(expected.Points, state.GetProperty("points").GetProperty("balance").GetInt64());
        Assert.Equal(expected.Points, await Ledger.CheckAsync(api, expected.Id));
        var tier = state.GetProperty("tier").GetProperty("current_tier");
        Assert.Equal(expected.Tier, tier.ValueKind == JsonValueKind.Null ? null : tier.GetProperty("code").GetString());
        Assert.Equal(expected.Commits >= 10 ? 1 : 0, state.GetProperty("badges").GetArrayLength());
        Challenge(state, "ten_commits", expected.Commits, 10);
        Challenge(state, "hundred_files", expected.Files, 100);
    }

    private static void Challenge(JsonElement state, string code, long reached, long target)
    {
        var challenge = Assert.Single(state.GetProperty("challenges").EnumerateArray(), challenge => challenge.GetProperty("code").GetString() == code);
        var objective = Assert.Single(challenge.GetProperty("objectives").EnumerateArray());
        Assert.Equal(reached >= target ? 1 : 0, challenge.GetProperty("completions").GetInt32());
        Assert.Equal(reached >= target ? "completed" : "active", challenge.GetProperty("status").GetString());
        Assert.Equal(reached >= target, objective.GetProperty("completed").GetBoolean());
        if (reached < target)
        {
            Assert.Equal(reached, objective.GetProperty("current").GetInt64());
        }
    }

    private sealed record Participant(string Id, int Events, int Commits, long Files, long Points, string? Tier);
}
