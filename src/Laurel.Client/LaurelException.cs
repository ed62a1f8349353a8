using System.Text.Json;
using System.Text.Json.Serialization;

namespace Laurel.Client;

/// <summary>A call that was refused, or that got no answer. <see cref="Code"/> is what programs act on; <see cref="LaurelErrorCodes"/> names those worth acting on.</summary>
public sealed class LaurelException : Exception
{
    private LaurelException(string code, string detail, Exception? cause)
        : base(detail, cause) => Code = code;

    /// <summary>The HTTP status; null where no answer came.</summary>
    public int? Status { get; private init; }

    /// <summary>The problem's code, such as <c>INSUFFICIENT_POINTS</c>.</summary>
    public string Code { get; }

    /// <summary>A sentence with the value, the limit and what to change. The same as <see cref="Exception.Message"/>.</summary>
    public string Detail => Message;

    /// <summary>Finds the request in the server's log and traces; null where no answer of Laurel's came.</summary>
    public string? TraceId { get; private init; }

    /// <summary>With 422: every fault with its place.</summary>
    public IReadOnlyList<LaurelFault> Errors { get; private init; } = [];

    /// <summary>How long to wait before another call; null where the server did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The key that was sent, also when it was drawn; null where the call takes none. The same call with it, later, is the same call.</summary>
    public string? IdempotencyKey { get; private init; }

    /// <summary>Whether the write may have been kept all the same. The same call with <see cref="IdempotencyKey"/> tells.</summary>
    public bool IsOutcomeUnknown => Status is null or 502 or 504 || Code is LaurelErrorCodes.OutcomeUnknown or LaurelErrorCodes.Unreadable;

    internal static LaurelException Unanswered(string code, string detail, string? idempotencyKey, Exception cause) =>
        new(code, detail, cause) { IdempotencyKey = idempotencyKey };

    internal static LaurelException Unreadable(int status, string detail, string? idempotencyKey, Exception cause) =>
        new(LaurelErrorCodes.Unreadable, detail, cause) { Status = status, IdempotencyKey = idempotencyKey };

    internal static LaurelException Refused(HttpResponseMessage response, byte[] body, TimeSpan? retryAfter, string? idempotencyKey)
    {
        var status = (int)response.StatusCode;
        var problem = ReadProblem(body);
        return new LaurelException(problem?.Code ?? $"HTTP_{status}", problem?.Detail ?? $"The answer was {status} {response.ReasonPhrase}, without a problem document: it may come from a proxy.", cause: null)
        {
            Status = status,
            TraceId = problem?.TraceId,
            Errors = problem?.Errors ?? [],
            RetryAfter = retryAfter,
            IdempotencyKey = idempotencyKey,
        };
    }

    private static ProblemDocument? ReadProblem(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, LaurelJson.Default.ProblemDocument);
        }
        catch (JsonException)
        {
            // No document of Laurel's: the status has to do.
            return null;
        }
    }
}

/// <summary>One fault: <paramref name="Pointer"/> is a JSON pointer into the body, or <c>/</c> and a parameter's name.</summary>
public sealed record LaurelFault(string Pointer, string Message);

/// <summary>An error as it stands on the wire (RFC 9457).</summary>
internal sealed record ProblemDocument(string Code, string Detail, string? TraceId = null, [property: JsonPropertyName("errors")] IReadOnlyList<LaurelFault>? Errors = null);
