namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>One attempt to be made.</summary>
/// <param name="Url">The endpoint's URL as it was created.</param>
/// <param name="IsLive">Whether it belongs to the environment <c>live</c>.</param>
/// <param name="MessageId">The header <c>webhook-id</c>, the same for every attempt.</param>
/// <param name="Timestamp">The header <c>webhook-timestamp</c>, the moment that was signed.</param>
/// <param name="Signatures">The header <c>webhook-signature</c>, space separated.</param>
/// <param name="Body">The JSON that was signed, in UTF-8.</param>
/// <param name="Timeout">How long the whole attempt may take.</param>
internal sealed record WebhookRequest(
    string Url, bool IsLive, string MessageId, DateTimeOffset Timestamp, string Signatures, ReadOnlyMemory<byte> Body, TimeSpan Timeout);

/// <summary>What came of an attempt. <paramref name="Latency"/> reaches to the answer's headers, or to the failure.</summary>
internal abstract record SendResult(TimeSpan Latency)
{
    /// <summary>The receiver answered, with whatever status.</summary>
    /// <param name="Status">The HTTP status, from 200; redirects are answers like any other.</param>
    /// <param name="Latency">Until the headers were there.</param>
    /// <param name="RetryAfter">How long the receiver asks to be left alone, at most 24 h; null when it does not.</param>
    /// <param name="AnswerStart">The first KiB of its body at most, as text.</param>
    public sealed record Answered(int Status, TimeSpan Latency, TimeSpan? RetryAfter, string AnswerStart) : SendResult(Latency);

    /// <summary>There was no answer. <paramref name="Reason"/> says why, for people, on one line.</summary>
    public sealed record Failed(string Reason, TimeSpan Latency) : SendResult(Latency);
}
