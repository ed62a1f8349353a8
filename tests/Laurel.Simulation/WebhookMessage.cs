using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Laurel.Simulation;

/// <summary>One message as a receiver knows it, over all requests that brought it.</summary>
internal sealed record WebhookMessage(string Id, string Type, string Environment, string? Participant, long Seq, string BodyHash)
{
    /// <summary>How often it came.</summary>
    public int Requests { get; set; }

    /// <summary>How often it came and was answered 2xx.</summary>
    public int Accepted { get; set; }

    /// <summary>What the body says; throws where it is no message.</summary>
    public static WebhookMessage Read(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return new WebhookMessage(
            root.GetProperty("id").GetString()!,
            root.GetProperty("type").GetString()!,
            root.GetProperty("environment").GetString()!,
            root.GetProperty("participant_id").GetString(),
            root.GetProperty("data").GetProperty("seq").GetInt64(),
            Convert.ToHexString(SHA256.HashData(body)));
    }

    /// <summary>Whether one of <paramref name="eventTypes"/> is this message's type, a prefix of it such as <c>badge.*</c>, or <c>*</c>.</summary>
    public bool IsWantedBy(IReadOnlyList<string> eventTypes) => IsWanted(Type, eventTypes);

    /// <inheritdoc cref="IsWantedBy"/>
    public static bool IsWanted(string type, IReadOnlyList<string> eventTypes) =>
        eventTypes.Any(entry => entry == "*" || entry == type || (entry.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(entry[..^1], StringComparison.Ordinal)));

    /// <summary>
    /// Standard Webhooks, written again from its text and not from the server's code: the signature of <c>id.timestamp.body</c> by a secret <c>whsec_…</c>.
    /// </summary>
    public static string Sign(string secret, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed));
    }
}
