using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>404/405, 401, 403, 413/415, 400 (idempotency), 422, 429: where several things are wrong, the first of these answers. Source: semantics §2.</summary>
[Collection(OneServer.Name)]
public sealed class OrderOfChecksTests(RunningServer server)
{
    private const int TenMebibytes = 10 * 1024 * 1024;

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/api/v1/gamify")]
    [InlineData("POST", "/api/v1/gamify/event")]
    [InlineData("POST", "/api/v2/gamify/events")]
    [InlineData("GET", "/api/v1/gamify/participants/p/nothing")]
    [InlineData("GET", "/api/v1/gamify/nothing")]
    public async Task An_unknown_path_is_404_even_without_a_key(string method, string path)
    {
        Expect.Problem(await server.Anonymous.SendAsync(new HttpMethod(method), path, null, null), 404, null);
        Expect.Problem(await server.Live.SendAsync(new HttpMethod(method), path, null, null), 404, null);
    }

    [Theory]
    [InlineData("GET", "/api/v1/gamify/events")]
    [InlineData("PUT", "/api/v1/gamify/events")]
    [InlineData("DELETE", "/api/v1/gamify/events/batch")]
    [InlineData("POST", "/api/v1/gamify/participants/p/events")]
    [InlineData("PATCH", "/api/v1/gamify/participants/p/state")]
    public async Task A_wrong_method_is_405_even_without_a_key(string method, string path)
    {
        var reply = await server.Anonymous.SendAsync(new HttpMethod(method), path, null, null);

        Expect.Problem(reply, 405, null);
        Assert.NotNull(reply.Header("Allow"));
    }

    [Theory]
    [InlineData(Api.Events)]
    [InlineData(Api.Batch)]
    public async Task A_wrong_key_comes_before_a_large_body_of_a_wrong_type(string path)
    {
        var reply = await PostRawAsync(path, $"bq_live_{new string('0', 32)}", "text/plain", new byte[TenMebibytes]);

        Expect.Problem(reply, 401, "unauthorized");
    }

    [Fact]
    public async Task A_disabled_tenant_comes_before_a_wrong_type()
    {
        var tenant = await server.NewTenantAsync();
        await server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", """{"status":"disabled"}""");
        await Wait.UntilAsync("the tenant is disabled", async () => (await tenant.Live.PostEventAsync(Some.Event("p"))).Status == 403);

        Expect.Problem(await tenant.Live.SendAsync(HttpMethod.Post, Api.Events, "hello"u8.ToArray(), "text/plain", ("Idempotency-Key", "")), 403, "forbidden");
    }

    [Theory]
    [InlineData(Api.Events, TenMebibytes)]
    [InlineData(Api.Batch, TenMebibytes)]
    [InlineData(Api.Events, (256 * 1024) + 1)]
    [InlineData(Api.Batch, (4 * 1024 * 1024) + 1)]
    public async Task A_body_beyond_the_limit_is_413(string path, int size)
    {
        Expect.Problem(await PostRawAsync(path, server.Live.Key!, "application/json", Spaces(size)), 413, null);

        Expect.Processed(await server.Live.PostEventAsync(Some.Event(Some.Participant())));
    }

    [Fact]
    public async Task A_body_of_unannounced_length_beyond_the_limit_is_413()
    {
        const int Size = 300 * 1024;
        var chunk = Encoding.ASCII.GetBytes($"{Size:x}\r\n").Concat(Spaces(Size)).Concat("\r\n0\r\n\r\n"u8.ToArray()).ToArray();

        var reply = await RawHttp.SendAsync(
            server.Process.Address,
            $"POST {Api.Events} HTTP/1.1\r\nX-API-Key: {server.Live.Key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked",
            chunk);

        Expect.Problem(reply, 413, null);
    }

    [Fact]
    public async Task A_body_at_the_limit_is_read()
    {
        byte[] padded = [.. Encoding.UTF8.GetBytes(Some.Event(Some.Participant())), .. Spaces(1)];
        byte[] atLimit = [.. padded, .. Spaces((256 * 1024) - padded.Length)];

        Expect.Processed(await server.Live.SendAsync(HttpMethod.Post, Api.Events, atLimit, "application/json"));
    }

    [Theory]
    [InlineData(Api.Events, "text/plain")]
    [InlineData(Api.Events, "application/x-www-form-urlencoded")]
    [InlineData(Api.Events, "application/xml")]
    [InlineData(Api.Batch, "text/plain")]
    public async Task Another_media_type_is_415_and_comes_before_a_bad_key_header_and_body(string path, string mediaType)
    {
        var reply = await server.Live.SendAsync(HttpMethod.Post, path, "{"u8.ToArray(), mediaType, ("Idempotency-Key", ""));

        Expect.Problem(reply, 415, null);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("APPLICATION/JSON")]
    public async Task Json_may_be_announced_with_its_charset(string mediaType) =>
        Expect.Processed(await server.Live.SendAsync(HttpMethod.Post, Api.Events, Encoding.UTF8.GetBytes(Some.Event(Some.Participant())), mediaType));

    [Theory]
    [InlineData("{")]
    [InlineData("""{"participant_id":""}""")]
    public async Task A_bad_key_header_comes_before_a_bad_body(string body) =>
        Expect.Problem(await server.Live.PostEventAsync(body, "not valid"), 400, "IDEMPOTENCY_KEY_INVALID");

    [Fact]
    public async Task Keys_that_differ_come_before_other_faults() =>
        Expect.Problem(
            await server.Live.PostEventAsync("""{"participant_id":"","event_name":"e","idempotency_key":"one"}""", "two"), 400, "IDEMPOTENCY_KEY_MISMATCH");

    [Fact]
    public async Task A_fault_comes_before_the_cap()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":0.01,"burst":1}""");
        var participant = Some.Participant();
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(participant)));
        Expect.Capped(await tenant.Participant.PostEventAsync(Some.Event(participant)));

        Expect.Unprocessable(await tenant.Participant.PostEventAsync(Some.Event(participant, timestamp: "never")), "/timestamp");
        Expect.Problem(await tenant.Participant.PostEventAsync(Some.Event(participant), ""), 400, "IDEMPOTENCY_KEY_INVALID");
    }

    private static byte[] Spaces(int size) => Enumerable.Repeat((byte)' ', size).ToArray();

    private Task<Reply> PostRawAsync(string path, string key, string mediaType, byte[] body) =>
        RawHttp.SendAsync(
            server.Process.Address,
            $"POST {path} HTTP/1.1\r\nX-API-Key: {key}\r\nContent-Type: {mediaType}\r\nContent-Length: {body.Length}",
            body);
}
