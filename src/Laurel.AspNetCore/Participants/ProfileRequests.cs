using System.Buffers;
using System.Text;
using System.Text.Json;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Participants;

namespace Laurel.AspNetCore.Participants;

/// <summary>Reads the bodies of calls that change profiles. Source: gamification-api.md, "Participants".</summary>
internal static class ProfileRequests
{
    /// <summary>Code points of a display name.</summary>
    public const int DisplayNameMaxLength = 255;

    /// <summary>Code points of an avatar's address.</summary>
    public const int AvatarUrlMaxLength = 500;

    public static WriteRequest? ReadUpsert(JsonElement body, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is { } members
            ? new WriteRequest(members.ParticipantId(), new UpdateProfileInput(default, Changes(members), IsPatch: false, default))
            : null;

    public static WriteRequest? ReadPatch(JsonElement body, string participantId, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is { } members ? new WriteRequest(participantId, new UpdateProfileInput(default, Changes(members), IsPatch: true, default)) : null;

    // Only what was sent: what is absent stays, what is null goes.
    private static string Changes(BodyMembers members)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output, JsonAnswers.Options);
        writer.WriteStartObject();
        WriteText(writer, members, "display_name", members.Text("display_name", DisplayNameMaxLength));
        WriteText(writer, members, "avatar_url", AvatarUrl(members));
        if (members.IsNull("attributes"))
        {
            writer.WriteNull("attributes");
        }
        else if (members.Json("attributes", Profile.AttributesMaxBytes) is { } attributes)
        {
            writer.WritePropertyName("attributes");
            writer.WriteRawValue(attributes, skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string? AvatarUrl(BodyMembers members)
    {
        const string Name = "avatar_url";
        if (members.Text(Name, AvatarUrlMaxLength) is not { } text)
        {
            return null;
        }

        // It ends up in pages: a script's address must not.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            members.Fault(Name, $"must be an absolute address that begins with https:// or http://, but is '{JsonMember.Shown(text)}'");
        }

        return text;
    }

    private static void WriteText(Utf8JsonWriter writer, BodyMembers members, string name, string? text)
    {
        if (text is not null || members.IsNull(name))
        {
            writer.WriteString(name, text);
        }
    }
}
