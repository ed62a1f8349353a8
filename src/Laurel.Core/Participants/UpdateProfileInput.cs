using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Participants;

/// <summary>
/// The profile of a participant changes. <paramref name="Changes"/> is a JSON object with those of <c>display_name</c>, <c>avatar_url</c> and <c>attributes</c> that change,
/// <c>null</c> removes. With <paramref name="IsPatch"/> the participant must be there and attributes are merged (RFC 7396); else they are replaced. It is merged here and not by
/// whoever asks, so that two changes at the same time both count.
/// </summary>
public sealed record UpdateProfileInput(FactId Id, string Changes, bool IsPatch, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "participant.update";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly GrantSource Source = new("api", "profile");

    public override string Name => CommandName;

    internal static UpdateProfileInput Read(JsonElement payload, FactId id, Timestamp receivedAt) =>
        new(id, payload.GetProperty("changes"u8).GetRawText(), payload.GetProperty("is_patch"u8).GetBoolean(), receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("is_patch"u8, IsPatch);
        writer.WritePropertyName("changes"u8);
        writer.WriteRawValue(Changes);
    }

    internal override void Apply(Draft draft)
    {
        if (IsPatch && draft.IsNew)
        {
            draft.Refusal = Refusal.ParticipantNotFound;
            return;
        }

        using var changes = JsonDocument.Parse(Changes);
        var before = draft.Profile ?? Profile.Empty;
        var after = new Profile(
            TextAfter(changes.RootElement, "display_name", before.DisplayName),
            TextAfter(changes.RootElement, "avatar_url", before.AvatarUrl),
            AttributesAfter(changes.RootElement, before));
        if (after.AttributesJson.Length > Profile.AttributesMaxBytes)
        {
            draft.Refusal = Refusal.AttributesTooLarge;
            return;
        }

        var changed = Differences(before, after);
        if (changed.Count == 0 && !draft.IsNew)
        {
            draft.Refusal = Refusal.NothingChanged;
            return;
        }

        draft.Profile = changed.Count == 0 ? draft.Profile : after;
        draft.Add(new ParticipantUpdated(draft.NextPlace, draft.Cause, Source, changed));
    }

    private static string? TextAfter(JsonElement changes, string name, string? before) =>
        changes.TryGetProperty(name, out var change) ? change.GetString() : before;

    private byte[] AttributesAfter(JsonElement changes, Profile before)
    {
        if (!changes.TryGetProperty("attributes"u8, out var change))
        {
            return before.AttributesJson.ToArray();
        }

        if (change.ValueKind == JsonValueKind.Null)
        {
            return Profile.Empty.AttributesJson.ToArray();
        }

        if (!IsPatch)
        {
            return Encoding.UTF8.GetBytes(change.GetRawText());
        }

        using var held = JsonDocument.Parse(before.AttributesJson);
        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output, Relaxed);
        MergePatch.Write(writer, held.RootElement, change);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static List<string> Differences(Profile before, Profile after)
    {
        var changed = new List<string>(3);
        if (after.DisplayName != before.DisplayName)
        {
            changed.Add("display_name");
        }

        if (after.AvatarUrl != before.AvatarUrl)
        {
            changed.Add("avatar_url");
        }

        if (!Canonical(after).SequenceEqual(Canonical(before)))
        {
            changed.Add("attributes");
        }

        return changed;
    }

    // The order of members says nothing. What is too large was refused, so it can be read.
    private static ReadOnlySpan<byte> Canonical(Profile profile)
    {
        var output = new ArrayBufferWriter<byte>(256);
        profile.Attributes.AppendCanonical(output);
        return output.WrittenSpan;
    }
}
