using System.Text;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// All that a store holds of an environment, as lines, read through the port and over HTTP. Left out are the store's own numbers of participants, and the bytes of
/// encrypted secrets, which differ each time that one is encrypted; nothing else. Participants are ordered by id, since a store may number those of one batch as it likes.
/// </summary>
internal static class Contents
{
    private static readonly EnvironmentKey Environment = EnvironmentKey.Of(1, live: false);

    public static async Task<List<string>> ReadAsync(Twin twin)
    {
        var lines = new List<string>();
        var participants = new List<ParticipantRow>();
        for (IReadOnlyList<ParticipantRow> page; (page = await twin.Store.ReadParticipantsAsync(Environment, participants.Count == 0 ? 0 : participants[^1].Key, 100, default)).Count > 0;)
        {
            participants.AddRange(page);
        }

        foreach (var row in participants.OrderBy(row => row.Name.Id, StringComparer.Ordinal))
        {
            await AddParticipantAsync(twin, row, lines);
        }

        foreach (var (code, stock) in (await twin.Store.ReadRewardStocksAsync(Environment, default)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            lines.Add($"reward {code}: {stock}");
        }

        await AddAdministrationAsync(twin, lines);
        return lines;
    }

    /// <summary>How many facts of each kind there are.</summary>
    public static Dictionary<string, int> CountFacts(IEnumerable<string> lines) => lines
        .Where(line => line.StartsWith("fact ", StringComparison.Ordinal))
        .CountBy(line => line.Split(' ')[1])
        .ToDictionary(StringComparer.Ordinal);

    private static async Task AddParticipantAsync(Twin twin, ParticipantRow row, List<string> lines)
    {
        lines.Add($"participant {row.Name} since {row.CreatedAt}, due {row.DueAt}: {Encoding.UTF8.GetString(StateDocument.Write(row.State))}");
        var log = new List<LogRow>();
        for (IReadOnlyList<LogRow> page; (page = await twin.Store.ReadLogAsync(row.Name, log.Count == 0 ? 0 : log[^1].Seq, 200, default)).Count > 0;)
        {
            log.AddRange(page);
        }

        foreach (var input in log)
        {
            lines.Add($"input {input with { ParticipantKey = 0, Properties = default, Facts = default, Answer = default, Outcomes = default }}");
            lines.AddRange(new[] { input.Properties, input.Facts, input.Answer, input.Outcomes }.Select(json => "  " + Encoding.UTF8.GetString(json.Span)));
        }

        var path = Api.PathOf(row.Name.Id);
        await AddPagesAsync(twin, $"{path}/facts", "facts", fact => $"fact {fact.GetProperty("kind").GetString()} {fact.GetRawText()}", lines);
        await AddPagesAsync(twin, $"{path}/events", "events", entry => $"event {entry.GetRawText()}", lines);
        await AddPagesAsync(twin, $"{path}/challenges", "challenges", entry => $"challenge {entry.GetRawText()}", lines);
        lines.Add("state " + Answers.Text(await twin.Api.GetAsync($"{path}/state")));
    }

    private static async Task AddAdministrationAsync(Twin twin, List<string> lines)
    {
        var versions = (await twin.Store.ReadProgramVersionsAsync(Environment, 1, 10_000, default)).Versions;
        foreach (var version in versions)
        {
            var program = await twin.Store.ReadProgramAsync(Environment, version.Version, default);
            lines.Add($"program {version}: {Encoding.UTF8.GetString(program!.Document.Span)}");
        }

        foreach (var endpoint in await twin.Store.Webhooks.ReadEndpointsAsync(Environment, default))
        {
            lines.Add($"webhook {endpoint with { Key = 0, EventTypes = [], Secrets = [] }} {string.Join(',', endpoint.EventTypes)} {string.Join(',', endpoint.Secrets.Select(secret => secret.ValidUntil))}");
            var path = $"{Api.Webhooks}/{endpoint.Id}";
            await AddPagesAsync(twin, $"{path}/history", "history", entry => $"note {entry.GetRawText()}", lines);
            await AddPagesAsync(twin, $"{path}/attempts", "attempts", entry => $"attempt {entry.GetRawText()}", lines);
            await AddPagesAsync(twin, $"{path}/dead-letters", "dead_letters", entry => $"dead letter {entry.GetRawText()}", lines);
        }

        var backlog = await twin.Store.Webhooks.ReadBacklogAsync(default);
        lines.Add($"outbox {backlog.Outbox} {backlog.OldestOutbox}");
        lines.AddRange(backlog.Endpoints.OrderBy(endpoint => endpoint.EndpointId, StringComparer.Ordinal).Select(endpoint => $"backlog {endpoint}"));
    }

    private static async Task AddPagesAsync(Twin twin, string path, string member, Func<JsonElement, string> line, List<string> lines)
    {
        for (var page = 1; ; page++)
        {
            var reply = await twin.Api.GetAsync($"{path}?page_size=100&page={page}");
            Assert.True(reply.Status == 200, $"{path}: {reply}");
            var entries = reply.Json.GetProperty(member).EnumerateArray().Select(line).ToList();
            lines.AddRange(entries);
            if (entries.Count < 100)
            {
                return;
            }
        }
    }
}
