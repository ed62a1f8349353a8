using System.Net.Http.Headers;
using System.Text;

namespace Laurel.Server.Tests.Harness;

/// <summary>
/// Calls a server with one key (or none). Paths go over the wire as written: nothing unescapes, compacts or normalises them. Each answer must be one that the
/// OpenAPI document describes.
/// </summary>
public sealed class Api(HttpClient http, Uri address, string? key, string keyHeader = "X-API-Key")
{
    public const string Events = "/api/v1/gamify/events";
    public const string Batch = "/api/v1/gamify/events/batch";
    public const string Program = "/api/v1/gamify/admin/program";
    public const string Webhooks = "/api/v1/gamify/admin/webhooks";
    public const string Tenants = "/api/v1/operator/tenants";

    /// <summary>The key sent with every call.</summary>
    public string? Key { get; } = key;

    /// <summary>The same server, called with another key.</summary>
    public Api With(string? otherKey) => new(http, address, otherKey, keyHeader);

    /// <summary>Emits one event.</summary>
    public Task<Reply> PostEventAsync(string body, string? idempotencyKey = null) =>
        idempotencyKey is null ? PostAsync(Events, body) : PostAsync(Events, body, ("Idempotency-Key", idempotencyKey));

    /// <summary>Emits events given as JSON objects.</summary>
    public Task<Reply> PostBatchAsync(params IEnumerable<string> events) => PostAsync(Batch, $$"""{"events":[{{string.Join(',', events)}}]}""");

    public Task<Reply> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), "application/json", headers);

    public Task<Reply> PutAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, Encoding.UTF8.GetBytes(body), "application/json", headers);

    public Task<Reply> PatchAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, Encoding.UTF8.GetBytes(body), "application/json", headers);

    public Task<Reply> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, null, null, headers);

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, null);

    /// <summary>A page of a participant's history; <paramref name="query"/> begins with <c>?</c> or is empty.</summary>
    public Task<Reply> HistoryAsync(string participant, string query = "") => GetAsync($"{PathOf(participant)}/events{query}");

    public Task<Reply> StateAsync(string participant, string query = "") => GetAsync($"{PathOf(participant)}/state{query}");

    public Task<Reply> FactsAsync(string participant, string query = "") => GetAsync($"{PathOf(participant)}/facts{query}");

    public async Task<Reply> SendAsync(HttpMethod method, string path, byte[]? body, string? mediaType, params (string Name, string Value)[] headers)
    {
        var uri = new Uri(address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        }

        if (Key is not null)
        {
            request.Headers.TryAddWithoutValidation(keyHeader, Key);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request);
        var reply = await Reply.ReadAsync(response);
        (await AnswerCheck.OfAsync(http, address)).Check(method.Method, path, reply);
        return reply;
    }

    /// <summary>The path of a participant: its id percent-encoded as one segment.</summary>
    public static string PathOf(string participant) => $"/api/v1/gamify/participants/{Uri.EscapeDataString(participant)}";
}
