using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Hosting;

/// <summary>What needs no key: health, the OpenAPI document and the page to try it. Source: semantics §2.</summary>
[Collection(OneServer.Name)]
public sealed class OpenEndpointTests(RunningServer server)
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs")]
    public async Task It_answers_without_a_key(string path)
    {
        var reply = await server.Anonymous.GetAsync(path);

        // The page may be one redirect away.
        if (reply.Status is 301 or 302 or 307 or 308)
        {
            reply = await server.Anonymous.GetAsync(new Uri(server.Process.Address, reply.Header("Location")).PathAndQuery);
        }

        Assert.True(reply.Status == 200, reply.ToString());
    }

    [Fact]
    public async Task The_document_is_openapi_3_1_and_names_every_endpoint_and_error_code()
    {
        var document = (await server.Anonymous.GetAsync("/openapi/v1.json")).Json;

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var paths = document.GetProperty("paths");
        foreach (var (method, path) in ((string, string)[])
            [
                ("post", Api.Events), ("post", Api.Batch), ("get", "/api/v1/gamify/participants/{participant_id}/events"), ("get", Api.Program), ("put", Api.Program),
                ("get", Api.Tenants), ("post", Api.Tenants),
            ])
        {
            Assert.True(paths.TryGetProperty(path, out var item), $"{path} is not in the document");
            Assert.True(item.TryGetProperty(method, out _), $"{method} {path} is not in the document");
        }

        var emit = paths.GetProperty(Api.Events).GetProperty("post");
        foreach (var status in (string[])["200", "400", "401", "403", "413", "415", "422", "429", "503"])
        {
            Assert.True(emit.GetProperty("responses").TryGetProperty(status, out _), $"POST /events does not name {status}");
        }

        var text = emit.GetRawText();
        Assert.Contains("example", text, StringComparison.Ordinal);
        foreach (var code in (string[])["IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_MISMATCH", "RATE_LIMIT_PARTICIPANT_EXCEEDED", "unauthorized", "forbidden", "unprocessable_entity"])
        {
            Assert.Contains(code, text, StringComparison.Ordinal);
        }

        Assert.Equal(JsonValueKind.Object, emit.GetProperty("requestBody").ValueKind);
    }
}
