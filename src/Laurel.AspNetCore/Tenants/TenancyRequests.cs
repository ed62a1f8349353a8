using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Tenants;

/// <summary>
/// What the operator asks for, read from a body whose texts are known to be readable. Every fault is found, not the first alone.
/// Unknown members are ignored. Source: contract/laurel-api.md "Operator", semantics §2.
/// </summary>
internal static class TenancyRequests
{
    private const int NameMaxLength = 255;
    private const double RateMaxPerSecond = 1_000_000;
    private const int RateMaxBurst = 1_000_000;
    private static readonly string[] Scopes = ["participant", "admin", "gamify:admin"];

    /// <summary>A tenant after <paramref name="body"/>: what it does not name stays as in <paramref name="before"/>.</summary>
    public static Tenant ReadTenant(JsonElement body, Tenant before, ParticipantRate defaultRate, List<Fault> faults)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new Fault("", $"must be an object, but is {JsonMember.Kind(body)}"));
            return before;
        }

        var tenant = before;
        if (body.TryGetProperty("name", out var name))
        {
            tenant = tenant with { Name = ReadName(name, faults) };
        }
        else if (before.Key == 0)
        {
            faults.Add(new Fault("/name", "is missing. Give the tenant a name."));
        }

        if (body.TryGetProperty("time_zone", out var zone))
        {
            tenant = tenant with { TimeZone = ReadTimeZone(zone, faults) };
        }

        if (body.TryGetProperty("participant_rate", out var rate))
        {
            tenant = tenant with { Rate = ReadRate(rate, defaultRate, faults) };
        }

        // Only a stored tenant has a status to change: a new one is active.
        if (before.Key != 0 && body.TryGetProperty("status", out var status))
        {
            tenant = tenant with { IsActive = ReadStatus(status, faults) };
        }

        return tenant;
    }

    /// <summary>A key after <paramref name="body"/>, without id, hash and prefix.</summary>
    public static ApiKey ReadKey(JsonElement body, string tenantId, Timestamp now, List<Fault> faults)
    {
        var key = new ApiKey("", tenantId, false, "", [], [], "", null, null, now, null);
        if (body.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new Fault("", $"must be an object, but is {JsonMember.Kind(body)}"));
            return key;
        }

        return key with
        {
            Name = Required(body, "name", faults) is { } name ? ReadName(name, faults) : "",
            IsLive = Required(body, "environment", faults) is { } environment && ReadIsLive(environment, faults),
            Scopes = Required(body, "scopes", faults) is { } scopes ? ReadScopes(scopes, faults) : [],
            ExpiresAt = body.TryGetProperty("expires_at", out var expiry) ? ReadExpiry(expiry, faults) : null,
        };
    }

    private static JsonElement? Required(JsonElement body, string name, List<Fault> faults)
    {
        if (body.TryGetProperty(name, out var value))
        {
            return value;
        }

        faults.Add(new Fault("/" + name, "is missing"));
        return null;
    }

    private static string ReadName(JsonElement value, List<Fault> faults)
    {
        if (JsonMember.Text(value, "/name", faults) is not { } name)
        {
            return "";
        }

        var length = Identifiers.CodePoints(name);
        if (length is 0 or > NameMaxLength)
        {
            faults.Add(new Fault("/name", $"must have 1 to {NameMaxLength} characters, but has {length}"));
        }
        else if (name.Any(char.IsControl))
        {
            faults.Add(new Fault("/name", "must not contain control characters"));
        }

        return name;
    }

    private static string ReadTimeZone(JsonElement value, List<Fault> faults)
    {
        if (JsonMember.Text(value, "/time_zone", faults) is not { } zone)
        {
            return "";
        }

        if (!TimeZoneName.IsKnown(zone))
        {
            faults.Add(new Fault("/time_zone", $"{TimeZoneName.Expected}, but is '{JsonMember.Shown(zone)}'"));
        }

        return zone;
    }

    private static ParticipantRate? ReadRate(JsonElement value, ParticipantRate defaultRate, List<Fault> faults)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new Fault("/participant_rate", $"must be an object with per_second and burst, or null for the server's default, but is {JsonMember.Kind(value)}"));
            return null;
        }

        double perSecond = 0;
        if (!value.TryGetProperty("per_second", out var rate))
        {
            faults.Add(new Fault("/participant_rate/per_second", "is missing"));
        }
        else if (rate.ValueKind != JsonValueKind.Number || !rate.TryGetDouble(out perSecond) || !(perSecond is 0 or (>= 0.001 and <= RateMaxPerSecond)))
        {
            faults.Add(new Fault("/participant_rate/per_second", $"must be a number from 0.001 to {RateMaxPerSecond:0}, or 0 for no cap, but is {JsonMember.Shown(rate.GetRawText())}"));
        }

        var burst = defaultRate.Burst;
        if (value.TryGetProperty("burst", out var size)
            && (size.ValueKind != JsonValueKind.Number || !size.TryGetInt32(out burst) || burst is < 1 or > RateMaxBurst))
        {
            faults.Add(new Fault("/participant_rate/burst", $"must be a whole number from 1 to {RateMaxBurst}, but is {JsonMember.Shown(size.GetRawText())}"));
        }

        return new ParticipantRate(perSecond, burst);
    }

    private static bool ReadStatus(JsonElement value, List<Fault> faults)
    {
        var status = JsonMember.Text(value, "/status", faults);
        if (status is not (null or "active" or "disabled"))
        {
            faults.Add(new Fault("/status", $"must be 'active' or 'disabled', but is '{JsonMember.Shown(status)}'"));
        }

        return status == "active";
    }

    private static bool ReadIsLive(JsonElement value, List<Fault> faults)
    {
        var environment = JsonMember.Text(value, "/environment", faults);
        if (environment is not (null or "live" or "test"))
        {
            faults.Add(new Fault("/environment", $"must be 'live' or 'test', but is '{JsonMember.Shown(environment)}'"));
        }

        return environment == "live";
    }

    private static List<string> ReadScopes(JsonElement value, List<Fault> faults)
    {
        var scopes = new List<string>();
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            faults.Add(new Fault("/scopes", $"must be a list of one or more of {string.Join(", ", Scopes)}"));
            return scopes;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var pointer = $"/scopes/{index++}";
            if (JsonMember.Text(item, pointer, faults) is not { } scope)
            {
                continue;
            }

            if (!Scopes.Contains(scope))
            {
                faults.Add(new Fault(pointer, $"must be one of {string.Join(", ", Scopes)}, but is '{JsonMember.Shown(scope)}'"));
            }
            else if (!scopes.Contains(scope))
            {
                scopes.Add(scope);
            }
        }

        return scopes;
    }

    // An expiry in the past is taken: the key is then expired from the start, which harms nobody and lets a caller try what happens.
    private static Timestamp? ReadExpiry(JsonElement value, List<Fault> faults)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (JsonMember.Text(value, "/expires_at", faults) is { } text)
        {
            if (TimestampText.TryParse(text, out var expiry))
            {
                return expiry;
            }

            faults.Add(new Fault("/expires_at", $"{TimestampText.Expected}, or null, but is '{JsonMember.Shown(text)}'"));
        }

        return null;
    }
}
