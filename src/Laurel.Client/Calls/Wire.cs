using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;

namespace Laurel.Client;

/// <summary>Sends a call and reads its answer, or throws <see cref="LaurelException"/>. A cancellation of the caller's stays what it is.</summary>
internal sealed class Wire(HttpClient http, TimeProvider time)
{
    private const string KeyHeader = "Idempotency-Key";

    public Task<TAnswer> GetAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(new Call(HttpMethod.Get, path), answer, cancellationToken);

    /// <summary>A write with a body that is the same however often it is made.</summary>
    public Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(new Call(method, path) { Body = Body(body, bodyType) }, answer, cancellationToken);

    /// <summary>A write that an idempotency key makes safe to repeat: the caller's, or one that is drawn.</summary>
    public Task<TAnswer> PostOnceAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, string? idempotencyKey, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(
            new Call(HttpMethod.Post, path) { Body = Body(body, bodyType), IdempotencyKey = idempotencyKey ?? DrawKey() },
            answer,
            cancellationToken);

    public async Task<TAnswer> SendAsync<TAnswer>(Call call, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        using var request = Request(call);
        using var response = await AnswerAsync(request, call, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw LaurelException.Refused(response, body, RetryAfter.Of(response, time), call.IdempotencyKey);
        }

        var answer = Read(body, answerType, response, call);
        if (answer is LaurelAnswer told)
        {
            told.IsReplay = Has(response, "Idempotent-Replayed");
            told.IsPayloadMismatch = Has(response, "Idempotency-Payload-Mismatch");
        }

        return answer;
    }

    public static byte[] Body<TBody>(TBody body, JsonTypeInfo<TBody> bodyType) => JsonSerializer.SerializeToUtf8Bytes(body, bodyType);

    /// <summary>A key that no other call has.</summary>
    public static string DrawKey() => Guid.NewGuid().ToString("N");

    private HttpRequestMessage Request(Call call)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(call.Path, UriKind.Relative));
        request.Options.Set(Retries.Began, time.GetTimestamp());
        request.Options.Set(Retries.OnceOnly, call.OnceOnly);
        if (call.Body is { } body)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        // As it is: the server says what is wrong with a key.
        if (call.IdempotencyKey is { } key)
        {
            request.Headers.TryAddWithoutValidation(KeyHeader, key);
        }

        if (call.IfVersion is { } version)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{version}\""));
        }

        return request;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, Call call, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw LaurelException.Unanswered(LaurelErrorCodes.Unreachable, $"{call.Method} {http.BaseAddress}{call.Path} got no answer: {fault.Message}", call.IdempotencyKey, fault);
        }
        catch (Exception fault) when (fault is ExecutionRejectedException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw LaurelException.Unanswered(LaurelErrorCodes.TimedOut, $"{call.Method} {http.BaseAddress}{call.Path} got no answer in time: {fault.Message}", call.IdempotencyKey, fault);
        }
    }

    private static TAnswer Read<TAnswer>(byte[] body, JsonTypeInfo<TAnswer> answerType, HttpResponseMessage response, Call call)
    {
        try
        {
            return JsonSerializer.Deserialize(body, answerType) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException fault)
        {
            throw LaurelException.Unreadable((int)response.StatusCode, $"{call.Method} {call.Path} got an answer that is none of Laurel's: {fault.Message}", call.IdempotencyKey, fault);
        }
    }

    private static bool Has(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) && values.Contains("true", StringComparer.Ordinal);
}

/// <summary>What is sent. <see cref="IfVersion"/> is the header <c>If-Match</c>.</summary>
internal sealed record Call(HttpMethod Method, string Path)
{
    public byte[]? Body { get; init; }

    public string? IdempotencyKey { get; init; }

    public int? IfVersion { get; init; }

    public bool OnceOnly { get; init; }
}
