using System.Text.Json;

namespace Laurel.Server.Tests.Harness;

/// <summary>Input that no other test uses.</summary>
public static class Some
{
    /// <summary>A participant's id.</summary>
    public static string Participant() => $"p_{Guid.NewGuid():N}";

    /// <summary>An idempotency key.</summary>
    public static string Key() => $"k-{Guid.NewGuid():N}";

    /// <summary>The body of an event. <paramref name="properties"/> is JSON; what is null is left out.</summary>
    public static string Event(string participant, string name = "purchase_completed", string? properties = null, string? timestamp = null, string? key = null) =>
        $$"""{"participant_id":{{Json(participant)}},"event_name":{{Json(name)}}"""
        + (properties is null ? "" : $",\"properties\":{properties}")
        + (timestamp is null ? "" : $",\"timestamp\":{Json(timestamp)}")
        + (key is null ? "" : $",\"idempotency_key\":{Json(key)}")
        + "}";

    /// <summary>A JSON string.</summary>
    public static string Json(string text) => JsonSerializer.Serialize(text);

    /// <summary><paramref name="count"/> times <paramref name="text"/>.</summary>
    public static string Times(int count, string text) => string.Concat(Enumerable.Repeat(text, count));
}
