using System.Security.Cryptography;
using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Webhooks.Sending;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>
/// What an administrator asks for, read from bodies whose texts are known to be readable. Every fault is found, not the first alone. A member that Laurel does not know
/// is a fault: a misspelt <c>event_type</c> would otherwise subscribe to everything. <c>null</c> is the default, as in a JSON merge patch (RFC 7396).
/// </summary>
internal static class WebhookRequests
{
    /// <summary>Code points of a description.</summary>
    public const int DescriptionMaxLength = 255;

    /// <summary>Why a person disabled a webhook.</summary>
    public const string DisabledByAdmin = "admin";

    private static readonly string[] _changeable = ["url", "event_types", "description", "status"];
    private static readonly string[] _everyType = ["*"];

    /// <summary>The webhook after <paramref name="body"/>: what it does not name stays as in <paramref name="before"/>. <paramref name="others"/> are members that are read elsewhere.</summary>
    public static WebhookEndpoint ReadEndpoint(JsonElement body, WebhookEndpoint before, AddressGuard guard, List<Fault> faults, params ReadOnlySpan<string> others)
    {
        if (!IsObject(body, faults, [.. _changeable, .. others]))
        {
            return before;
        }

        var endpoint = before;
        if (body.TryGetProperty("url", out var url))
        {
            endpoint = endpoint with { Url = ReadUrl(url, before.Environment.IsLive, guard, faults) };
        }
        else if (before.Key == 0)
        {
            faults.Add(new Fault("/url", "is missing. Give the address that messages are sent to."));
        }

        if (body.TryGetProperty("event_types", out var types))
        {
            endpoint = endpoint with { EventTypes = ReadEventTypes(types, faults) };
        }

        if (body.TryGetProperty("description", out var description))
        {
            endpoint = endpoint with { Description = ReadDescription(description, faults) };
        }

        return body.TryGetProperty("status", out var status) ? ReadStatus(status, endpoint, faults) : endpoint;
    }

    /// <summary>The secret that <paramref name="body"/> gives, or a new one where it gives none; null with a fault.</summary>
    public static WebhookSecret? ReadSecret(JsonElement body, List<Fault> faults)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("secret", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return WebhookSecret.Of(RandomNumberGenerator.GetBytes(WebhookSecret.MadeBytes));
        }

        if (JsonMember.Text(value, "/secret", faults) is not { } text)
        {
            return null;
        }

        if (!WebhookSecret.TryParse(text, out var secret, out var fault))
        {
            faults.Add(new Fault("/secret", fault));
        }

        return secret;
    }

    /// <summary>The body of a rotation: nothing, or a secret.</summary>
    public static WebhookSecret? ReadRotation(JsonElement body, List<Fault> faults) => IsObject(body, faults, ["secret"]) ? ReadSecret(body, faults) : null;

    /// <summary>Which dead letters are meant: those queued from <c>since</c> to <c>until</c>, both inclusive; a null <c>until</c> is no bound.</summary>
    public static (Timestamp Since, Timestamp? Until) ReadRange(JsonElement body, List<Fault> faults)
    {
        if (!IsObject(body, faults, ["since", "until"]))
        {
            return default;
        }

        Timestamp? since = null;
        if (body.TryGetProperty("since", out var from) && from.ValueKind != JsonValueKind.Null)
        {
            since = ReadTime(from, "/since", faults);
        }
        else
        {
            faults.Add(new Fault("/since", "is missing. Name the time from which on dead letters were queued."));
        }

        var until = body.TryGetProperty("until", out var to) && to.ValueKind != JsonValueKind.Null ? ReadTime(to, "/until", faults) : null;
        if (until < since)
        {
            faults.Add(new Fault("/until", "must not be before since"));
        }

        return (since ?? default, until);
    }

    /// <summary>A parameter that has one of <paramref name="known"/> values; null where it is absent.</summary>
    public static string? ReadChoice(IQueryCollection query, string name, IReadOnlyList<string> known, List<Fault> faults)
    {
        var values = query[name];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count == 1 && known.Contains(values[0]))
        {
            return values[0];
        }

        faults.Add(new Fault($"/{name}", $"must be one of {string.Join(", ", known)}, and stand once"));
        return null;
    }

    /// <summary>The parameter <c>message_id</c>; null where it is absent.</summary>
    public static FactId? ReadMessageId(IQueryCollection query, List<Fault> faults)
    {
        const string Name = "message_id";
        var values = query[Name];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count == 1 && ReadMessageId(values[0]) is { } id)
        {
            return id;
        }

        faults.Add(new Fault($"/{Name}", "must be the id of a message, 26 characters, and stand once"));
        return null;
    }

    /// <summary>A message's id; null where the text is none. An id is one text, but for the case of its letters: whatever else would be read as the same id is none.</summary>
    public static FactId? ReadMessageId(string? text) =>
        FactId.TryParse(text, out var id) && id.ToString().Equals(text, StringComparison.OrdinalIgnoreCase) ? id : null;

    private static bool IsObject(JsonElement body, List<Fault> faults, IReadOnlyList<string> known)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new Fault("", $"must be an object, but is {JsonMember.Kind(body)}"));
            return false;
        }

        foreach (var member in body.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                faults.Add(new Fault($"/{JsonMember.Shown(JsonBody.Escape(member.Name))}", $"is not known here; known are {string.Join(", ", known)}"));
            }
        }

        return true;
    }

    private static string ReadUrl(JsonElement value, bool isLive, AddressGuard guard, List<Fault> faults)
    {
        if (JsonMember.Text(value, "/url", faults) is not { } url)
        {
            return "";
        }

        var sentences = new List<string>();
        WebhookUrl.Read(url, isLive, guard, sentences);
        faults.AddRange(sentences.Select(sentence => new Fault("/url", sentence)));
        return url;
    }

    private static IReadOnlyList<string> ReadEventTypes(JsonElement value, List<Fault> faults)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return _everyType;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new Fault("/event_types", $"must be a list of types, but is {JsonMember.Kind(value)}; [\"*\"] means all types"));
            return _everyType;
        }

        var entries = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (JsonMember.Text(item, $"/event_types/{entries.Count}", faults) is not { } entry)
            {
                return _everyType;
            }

            entries.Add(entry);
        }

        return EventTypeFilter.Read(entries, faults)?.EventTypes ?? _everyType;
    }

    private static string ReadDescription(JsonElement value, List<Fault> faults)
    {
        if (value.ValueKind == JsonValueKind.Null || JsonMember.Text(value, "/description", faults) is not { } description)
        {
            return "";
        }

        var length = Identifiers.CodePoints(description);
        if (length > DescriptionMaxLength)
        {
            faults.Add(new Fault("/description", $"must have at most {DescriptionMaxLength} characters, but has {length}"));
        }
        else if (description.Any(char.IsControl))
        {
            faults.Add(new Fault("/description", "must not contain control characters"));
        }

        return description;
    }

    private static WebhookEndpoint ReadStatus(JsonElement value, WebhookEndpoint endpoint, List<Fault> faults)
    {
        switch (value.ValueKind == JsonValueKind.Null ? "enabled" : JsonMember.Text(value, "/status", faults))
        {
            case null:
                return endpoint;
            case "enabled":
                return Enabled(endpoint);
            case "disabled":
                return Disabled(endpoint);
            case var other:
                faults.Add(new Fault("/status", $"must be 'enabled' or 'disabled', but is '{JsonMember.Shown(other)}'"));
                return endpoint;
        }
    }

    /// <summary>The webhook, taking messages: what was wrong with it is forgotten. One that is enabled stays as it is.</summary>
    public static WebhookEndpoint Enabled(WebhookEndpoint endpoint) =>
        endpoint.Status == EndpointStatus.Enabled ? endpoint : endpoint with { Status = EndpointStatus.Enabled, DisabledReason = null, FailingSince = null };

    /// <summary>The webhook, taking none. One that is disabled stays as it is, with the reason that it has.</summary>
    public static WebhookEndpoint Disabled(WebhookEndpoint endpoint) =>
        endpoint.Status == EndpointStatus.Disabled ? endpoint : endpoint with { Status = EndpointStatus.Disabled, DisabledReason = DisabledByAdmin };

    private static Timestamp? ReadTime(JsonElement value, string pointer, List<Fault> faults)
    {
        if (JsonMember.Text(value, pointer, faults) is not { } text)
        {
            return null;
        }

        if (TimestampText.TryParse(text, out var time))
        {
            return time;
        }

        faults.Add(new Fault(pointer, $"{TimestampText.Expected}, but is '{JsonMember.Shown(text)}'"));
        return null;
    }
}
