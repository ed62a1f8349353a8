namespace Laurel.Simulation;

/// <summary>What a receiver does with a request, once it has read it.</summary>
internal enum WebhookMood
{
    /// <summary>200.</summary>
    Accept,

    /// <summary>500.</summary>
    Fail,

    /// <summary>No answer until the sender gives up.</summary>
    Hang,

    /// <summary>The line is cut before anything is answered.</summary>
    CutBeforeAnswer,

    /// <summary>200, and the line is cut in the middle of the body: the receiver has taken the message, whatever the sender makes of it.</summary>
    CutInAnswer,

    /// <summary>307 to a listener that must never see a request.</summary>
    Redirect,

    /// <summary>429 with <c>Retry-After: 1</c>.</summary>
    TooMany,
}
