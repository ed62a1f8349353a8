using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// All that a server keeps, as lines: its export, and what participants and webhooks show of it over HTTP, page by page. Masked in the export is only what the first start draws for tenant
/// and keys (their ids, also as <c>published_by</c> of programs, and when a key was last used), the bytes of sealed secrets, which differ each time that one is sealed, and the checksum over all of it. The numbers of participants are written as ids, and their lines sorted: a store numbers those of one batch as it likes.
/// </summary>
internal static partial class Contents
{
    private const string Participant = """{"type":"participant",""";
    private const string Part = """{"type":"part",""";

    public static async Task<List<string>> ReadAsync(Twin twin)
    {
        var lines = await ExportAsync(twin.Store);
        var environment = EnvironmentKey.Of(1, live: false);
        var ids = new List<string>();
        long after = 0;
        for (IReadOnlyList<ParticipantRow> page; (page = await twin.Store.ReadParticipantsAsync(environment, after, 100, default)).Count > 0; after = page[^1].Key)
        {
            ids.AddRange(page.Select(row => row.Name.Id));
        }

        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            await AddParticipantAsync(twin, id, lines);
        }

        foreach (var endpoint in await twin.Store.Webhooks.ReadEndpointsAsync(environment, default))
        {
            var path = $"{Api.Webhooks}/{endpoint.Id}";
            await AddPagesAsync(twin, $"{path}/history", "history", lines);
            await AddPagesAsync(twin, $"{path}/attempts", "attempts", lines);
            await AddPagesAsync(twin, $"{path}/dead-letters", "dead_letters", lines);
        }

        return lines;
    }

    /// <summary>How many facts of each kind there are, and how many records of each section.</summary>
    public static SortedDictionary<string, int> Count(IEnumerable<string> lines) => new(
        lines.CountBy(line => Kind().Match(line) is { Success: true } match ? match.Groups["kind"].Value : "other").ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    private static async Task<List<string>> ExportAsync(ILaurelStore store)
    {
        using var export = new MemoryStream();
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(default);
        await Export.WriteAsync(snapshot, export, _ => { }, default);
        var lines = Encoding.UTF8.GetString(export.ToArray()).TrimEnd('\n').Split('\n');

        // A participant's own number becomes its id.
        var ids = lines.Where(line => line.StartsWith(Participant, StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("key").GetRawText(), line => line.GetProperty("id").GetRawText(), StringComparer.Ordinal);
        string Named(string line) => (line.StartsWith(Participant, StringComparison.Ordinal) ? OwnNumber() : Number())
            .Replace(line, match => match.Groups["name"].Value + ids[match.Groups["number"].Value], 1);
        var masked = lines.Select(line => OfKeys().IsMatch(line) ? Drawn().Replace(line, "${name}…") : Sealed().Replace(Named(line), "${name}…")).ToLookup(IsNumbered);
        return [.. masked[false], .. masked[true].Order(StringComparer.Ordinal)];
    }

    // What is sorted by an id that each server drew, or numbered as a store likes.
    private static bool IsNumbered(string line) => OfKeys().IsMatch(line) || line.StartsWith(Participant, StringComparison.Ordinal) || line.StartsWith(Part, StringComparison.Ordinal);

    private static async Task AddParticipantAsync(Twin twin, string id, List<string> lines)
    {
        var path = Api.PathOf(id);
        await AddPagesAsync(twin, $"{path}/facts", "facts", lines);
        await AddPagesAsync(twin, $"{path}/events", "events", lines);
        await AddPagesAsync(twin, $"{path}/challenges", "challenges", lines);
        lines.Add("state " + Answers.Text(await twin.Api.GetAsync($"{path}/state")));
    }

    private static async Task AddPagesAsync(Twin twin, string path, string member, List<string> lines)
    {
        for (var page = 1; ; page++)
        {
            var reply = await twin.Api.GetAsync($"{path}?page_size=100&page={page}");
            Assert.True(reply.Status == 200, $"{path}: {reply}");
            var entries = reply.Json.GetProperty(member).EnumerateArray().Select(entry => entry.GetRawText()).ToList();
            lines.AddRange(entries);
            if (entries.Count < 100)
            {
                return;
            }
        }
    }

    [GeneratedRegex("""(?<name>"participant":)(?<number>[0-9]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    [GeneratedRegex("""(?<name>"key":)(?<number>[0-9]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnNumber();

    [GeneratedRegex("""^\{"type":"(tenant|api_key)",""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OfKeys();

    [GeneratedRegex("""(?<name>"(id|tenant_id)":"|"last_used_at":)[^,}]*""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Drawn();

    [GeneratedRegex("""(?<name>"(sealed|sha256|published_by|key_id|trace_id)":")[^"]*""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Sealed();

    [GeneratedRegex("""^\{"(type|fact_id":"[^"]*","seq":[0-9]+,"kind)":"(?<kind>[^"]*)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Kind();
}
