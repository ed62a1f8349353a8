using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Laurel.Rules;

/// <summary>
/// What a publish does to one definition. <paramref name="Kind"/>: <c>currency point_rule badge challenge streak tier reward</c>, or <c>time_zone</c> with the zone as its code;
/// <paramref name="Change"/>: <c>added changed deactivated</c>.
/// </summary>
public sealed record ProgramChange(string Kind, string Code, string Change)
{
    /// <summary>What it does to what participants have reached so far; empty where it does nothing to that.</summary>
    public IReadOnlyList<ProgressEffect> Progress { get; init; } = [];
}

/// <summary>
/// A submitted document beside the one that was kept. <paramref name="Document"/> is what to keep: JSON without white space, with all that was left out
/// carried on. <paramref name="TimeZone"/> is the zone that it names, null for none. <paramref name="IsSame"/> says that it means what is kept already.
/// </summary>
public sealed record ProgramRevision(ReadOnlyMemory<byte> Document, IReadOnlyList<ProgramChange> Changes, string? TimeZone, bool IsSame)
{
    /// <summary>
    /// The same changes when the zone that governs goes from <paramref name="before"/> to <paramref name="after"/>, whether the document names it or
    /// the tenant does.
    /// </summary>
    public IReadOnlyList<ProgramChange> ChangesWithZone(string before, string after)
    {
        var effect = ProgressEffects.OfZone(before, after);
        return Changes is [{ Kind: ProgramSections.TimeZone } first, ..]
            ? [first with { Progress = [effect] }, .. Changes.Skip(1)]
            : [new ProgramChange(ProgramSections.TimeZone, after, "changed") { Progress = [effect] }, .. Changes];
    }
}

/// <summary>
/// Compares a document with the one kept before, and merges them: a definition left out is deactivated, never deleted, since participants hold what it
/// granted. Both documents must have been read without a fault. Source: laurel-api.md "Program".
/// </summary>
public static class ProgramDiff
{
    private const string IsActive = "is_active";
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The empty document, which is kept before anything was published.</summary>
    public static ReadOnlyMemory<byte> EmptyDocument { get; } = "{}"u8.ToArray();

    /// <summary>Compares <paramref name="submitted"/> with <paramref name="kept"/>, null where nothing was published yet.</summary>
    public static ProgramRevision Compare(ReadOnlyMemory<byte>? kept, ReadOnlyMemory<byte> submitted)
    {
        using var before = JsonDocument.Parse(kept ?? EmptyDocument);
        using var after = JsonDocument.Parse(submitted);
        var changes = new List<ProgramChange>();
        var (oldZone, zone) = (TimeZoneOf(before.RootElement), TimeZoneOf(after.RootElement));
        if (zone != oldZone)
        {
            changes.Add(new ProgramChange(
                ProgramSections.TimeZone, zone ?? oldZone!, oldZone is null ? "added" : zone is null ? "deactivated" : "changed"));
        }

        var output = new ArrayBufferWriter<byte>(submitted.Length + 256);
        using (var writer = new Utf8JsonWriter(output, WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var member in after.RootElement.EnumerateObject())
            {
                if (member.Name != ProgramSections.Version && Array.IndexOf(ProgramSections.WithCodes, member.Name) < 0)
                {
                    member.WriteTo(writer);
                }
            }

            foreach (var section in ProgramSections.WithCodes)
            {
                MergeSection(writer, section, before.RootElement, after.RootElement, isFirst: kept is null, changes);
            }

            writer.WriteEndObject();
        }

        using var merged = JsonDocument.Parse(output.WrittenMemory);
        var isSame = kept is not null && JsonElement.DeepEquals(before.RootElement, merged.RootElement);
        return new ProgramRevision(output.WrittenMemory, changes, zone, isSame);
    }

    private static void MergeSection(
        Utf8JsonWriter writer, string section, JsonElement before, JsonElement after, bool isFirst, List<ProgramChange> changes)
    {
        var kind = section == ProgramSections.Currencies ? "currency" : section[..^1];
        var old = DefinitionsOf(before, section);
        var submitted = DefinitionsOf(after, section);
        var leftOut = old.Where(pair => !submitted.ContainsKey(pair.Key)).ToList();
        if (submitted.Count == 0 && leftOut.Count == 0)
        {
            if (after.TryGetProperty(section, out var empty))
            {
                writer.WritePropertyName(section);
                empty.WriteTo(writer);
            }

            return;
        }

        writer.WriteStartArray(section);
        if (section == ProgramSections.Currencies)
        {
            leftOut = WithDefaultCurrency(writer, old, submitted, leftOut, isFirst);
        }

        foreach (var (code, definition) in submitted)
        {
            definition.WriteTo(writer);
            if (ChangeOf(old, code, definition) is { } change)
            {
                changes.Add(new ProgramChange(kind, code, change)
                {
                    Progress = old.TryGetValue(code, out var earlier) ? ProgressEffects.Of(section, earlier, definition) : [],
                });
            }
        }

        foreach (var (code, definition) in leftOut)
        {
            if (section == ProgramSections.Currencies || !ProgramSections.IsActive(definition))
            {
                definition.WriteTo(writer);
            }
            else
            {
                WriteInactive(writer, definition);
                changes.Add(new ProgramChange(kind, code, "deactivated"));
            }
        }

        writer.WriteEndArray();
    }

    // A document that lists no currency has one all the same, and what a rule awards must not turn into another currency by the merge:
    // so it is listed as soon as others are, first where the new document meant it, last where the old one did.
    private static List<KeyValuePair<string, JsonElement>> WithDefaultCurrency(
        Utf8JsonWriter writer,
        OrderedDictionary<string, JsonElement> old,
        OrderedDictionary<string, JsonElement> submitted,
        List<KeyValuePair<string, JsonElement>> leftOut,
        bool isFirst)
    {
        if (submitted.Count == 0)
        {
            var (code, name) = Currency.Default;
            var listed = leftOut.Where(pair => pair.Key == code).Select(pair => (JsonElement?)pair.Value).FirstOrDefault();
            (listed ?? Listed(code, name)).WriteTo(writer);
            return [.. leftOut.Where(pair => pair.Key != code)];
        }

        var wasMeant = old.Count == 0 && !isFirst && !submitted.ContainsKey(Currency.Default.Code);
        return wasMeant ? [new(Currency.Default.Code, Listed(Currency.Default.Code, Currency.Default.Name))] : leftOut;
    }

    private static JsonElement Listed(string code, string name) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = code, ["name"] = name });

    private static OrderedDictionary<string, JsonElement> DefinitionsOf(JsonElement document, string section)
    {
        var definitions = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        if (document.TryGetProperty(section, out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var definition in list.EnumerateArray())
            {
                definitions.Add(ProgramSections.CodeOf(definition)!, definition);
            }
        }

        return definitions;
    }

    private static string? ChangeOf(OrderedDictionary<string, JsonElement> old, string code, JsonElement definition)
    {
        if (!old.TryGetValue(code, out var before))
        {
            return "added";
        }

        if (ProgramSections.IsActive(before) && !ProgramSections.IsActive(definition))
        {
            return "deactivated";
        }

        return IsSame(before, definition) ? null : "changed";
    }

    // Saying that a definition is active is no change: it is what it is anyway.
    private static bool IsSame(JsonElement before, JsonElement after)
    {
        var count = MembersOf(before).Count();
        return ProgramSections.IsActive(before) == ProgramSections.IsActive(after)
            && count == MembersOf(after).Count()
            && MembersOf(after).All(member => before.TryGetProperty(member.Name, out var value) && JsonElement.DeepEquals(value, member.Value));
    }

    private static IEnumerable<JsonProperty> MembersOf(JsonElement definition) =>
        definition.EnumerateObject().Where(member => member.Name != IsActive);

    private static void WriteInactive(Utf8JsonWriter writer, JsonElement definition)
    {
        writer.WriteStartObject();
        foreach (var member in MembersOf(definition))
        {
            member.WriteTo(writer);
        }

        writer.WriteBoolean(IsActive, false);
        writer.WriteEndObject();
    }

    private static string? TimeZoneOf(JsonElement document) =>
        document.TryGetProperty(ProgramSections.TimeZone, out var zone) && zone.ValueKind == JsonValueKind.String ? zone.GetString() : null;
}
