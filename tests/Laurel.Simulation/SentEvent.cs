using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>
/// One event that the harness sent, and what it knows of it. <paramref name="Number"/> is unique and travels in <c>properties.n</c>, so that the
/// history tells how often the event is there.
/// </summary>
internal sealed record SentEvent(long Number, string Participant)
{
    /// <summary>The <c>EmitEventResponse</c> as it was acknowledged; null where no answer came.</summary>
    public string? Acknowledged { get; set; }

    /// <summary>The body to send, the same each time.</summary>
    public string Body => Some.Event(Participant, "worked", $$"""{"n":{{Number}}}""", key: Key);

    /// <summary>The idempotency key.</summary>
    public string Key => $"n-{Number}";
}
