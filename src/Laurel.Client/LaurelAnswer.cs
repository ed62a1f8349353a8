using System.Text.Json.Serialization;

namespace Laurel.Client;

/// <summary>An answer to a write that takes an idempotency key.</summary>
public abstract record LaurelAnswer
{
    /// <summary>Whether this is the stored answer of an earlier call, or an earlier try, with the same key.</summary>
    [JsonIgnore]
    public bool IsReplay { get; internal set; }

    /// <summary>Whether that earlier call carried another payload: one key was used for two things.</summary>
    [JsonIgnore]
    public bool IsPayloadMismatch { get; internal set; }
}
