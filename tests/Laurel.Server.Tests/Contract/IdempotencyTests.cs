using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Keys in header and body, replays, mismatches. Source: contract "Headers" and "Errors", semantics §4.</summary>
[Collection(OneServer.Name)]
public sealed class IdempotencyTests(RunningServer server)
{
    [Fact]
    public async Task A_second_call_with_the_same_header_key_returns_the_original_bytes()
    {
        var (participant, key) = (Some.Participant(), Some.Key());
        var first = await server.Live.PostEventAsync(Some.Event(participant), key);
        Expect.Processed(first);

        for (var i = 0; i < 3; i++)
        {
            var again = await server.Live.PostEventAsync(Some.Event(participant), key);

            ReplayOf(first, again, isMismatch: false);
        }

        Assert.Equal(1, await TotalAsync(server.Live, participant));
    }

    [Theory]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, true, false)]
    [InlineData(false, true, false, true)]
    [InlineData(true, true, true, false)]
    public async Task Header_and_body_carry_the_same_key(bool headerFirst, bool bodyFirst, bool headerThen, bool bodyThen)
    {
        var (participant, key) = (Some.Participant(), Some.Key());

        var first = await server.Live.PostEventAsync(Some.Event(participant, key: bodyFirst ? key : null), headerFirst ? key : null);
        var second = await server.Live.PostEventAsync(Some.Event(participant, key: bodyThen ? key : null), headerThen ? key : null);

        Expect.Processed(first);
        ReplayOf(first, second, isMismatch: false);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("with/slash")]
    [InlineData("with,comma")]
    [InlineData("with%percent")]
    [InlineData("\"quoted\"")]
    [InlineData("{256}")]
    public async Task A_header_outside_the_pattern_is_400(string header)
    {
        var key = header == "{256}" ? new string('k', 256) : header;

        var reply = await server.Live.PostEventAsync(Some.Event(Some.Participant()), key);

        Expect.Problem(reply, 400, "IDEMPOTENCY_KEY_INVALID");
    }

    [Theory]
    [InlineData("Idempotency-Key: \u00fcber")]
    [InlineData("Idempotency-Key: \u00c3\u00bcber")]
    [InlineData("Idempotency-Key: one\r\nIdempotency-Key: two")]
    public async Task A_header_that_clients_would_not_send_is_400_too(string header)
    {
        var body = Some.Event(Some.Participant());

        var reply = await RawHttp.SendAsync(
            server.Process.Address,
            $"POST {Api.Events} HTTP/1.1\r\nX-API-Key: {server.Live.Key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{header}",
            System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal(400, reply.Status);
    }

    [Fact]
    public async Task A_header_may_use_the_whole_pattern()
    {
        var key = $"{Some.Key()}_AZaz09_-:.".PadRight(255, '.');
        var participant = Some.Participant();

        var first = await server.Live.PostEventAsync(Some.Event(participant), key);

        Expect.Processed(first);
        ReplayOf(first, await server.Live.PostEventAsync(Some.Event(participant), key), isMismatch: false);
    }

    [Fact]
    public async Task A_header_and_a_body_key_that_differ_are_400()
    {
        var (participant, key) = (Some.Participant(), Some.Key());

        Expect.Problem(await server.Live.PostEventAsync(Some.Event(participant, key: $"{key}x"), key), 400, "IDEMPOTENCY_KEY_MISMATCH");

        Assert.Equal(0, await TotalAsync(server.Live, participant));
    }

    [Fact]
    public async Task A_body_key_has_no_pattern()
    {
        var (participant, key) = (Some.Participant(), $"Order / #7 – ünï {Some.Key()} 🦄");

        var first = await server.Live.PostEventAsync(Some.Event(participant, key: key));
        var second = await server.Live.PostEventAsync(Some.Event(participant, key: key));

        Expect.Processed(first);
        ReplayOf(first, second, isMismatch: false);
    }

    public static readonly TheoryData<string, string> DifferentPayloads = new()
    {
        { "participant_id", """{"participant_id":"@2","event_name":"e","properties":{"a":1,"b":2},"timestamp":"2026-02-14T10:00:00Z"}""" },
        { "event_name", """{"participant_id":"@","event_name":"f","properties":{"a":1,"b":2},"timestamp":"2026-02-14T10:00:00Z"}""" },
        { "properties", """{"participant_id":"@","event_name":"e","properties":{"a":1,"b":3},"timestamp":"2026-02-14T10:00:00Z"}""" },
        { "a property more", """{"participant_id":"@","event_name":"e","properties":{"a":1,"b":2,"c":3},"timestamp":"2026-02-14T10:00:00Z"}""" },
        { "no properties", """{"participant_id":"@","event_name":"e","timestamp":"2026-02-14T10:00:00Z"}""" },
        { "the timestamp's text", """{"participant_id":"@","event_name":"e","properties":{"a":1,"b":2},"timestamp":"2026-02-14T10:00:00+00:00"}""" },
        { "no timestamp", """{"participant_id":"@","event_name":"e","properties":{"a":1,"b":2}}""" },
    };

    [Theory]
    [MemberData(nameof(DifferentPayloads))]
    public async Task A_different_payload_gets_the_original_answer_and_a_header_that_says_so(string difference, string body)
    {
        _ = difference;
        var (participant, key) = (Some.Participant(), Some.Key());
        var first = await server.Live.PostEventAsync(Some.Event(participant, "e", """{"a":1,"b":2}""", "2026-02-14T10:00:00Z"), key);
        Expect.Processed(first);

        var second = await server.Live.PostEventAsync(body.Replace("@", participant, StringComparison.Ordinal), key);

        ReplayOf(first, second, isMismatch: true);
        Assert.Equal(1, await TotalAsync(server.Live, participant));
        Assert.Equal(0, await TotalAsync(server.Live, $"{participant}2"));
    }

    [Fact]
    public async Task Member_order_and_white_space_make_no_different_payload()
    {
        var (participant, key) = (Some.Participant(), Some.Key());
        var first = await server.Live.PostEventAsync(Some.Event(participant, "e", """{"a":{"x":1,"y":[1,2]},"b":2}"""), key);

        var second = await server.Live.PostEventAsync(
            $$"""{ "properties" : { "b" : 2, "a" : { "y" : [ 1, 2 ], "x" : 1 } }, "event_name" : "e", "unknown": 1, "participant_id" : "{{participant}}" }""", key);

        ReplayOf(first, second, isMismatch: false);
    }

    [Fact]
    public async Task Environments_share_no_keys()
    {
        var (participant, key) = (Some.Participant(), Some.Key());

        var live = await server.Live.PostEventAsync(Some.Event(participant), key);
        var test = await server.Test.PostEventAsync(Some.Event(participant), key);

        Assert.NotEqual(Expect.Processed(live), Expect.Processed(test));
        Assert.Null(test.Header("Idempotent-Replayed"));
        Assert.Equal(1, await TotalAsync(server.Live, participant));
        Assert.Equal(1, await TotalAsync(server.Test, participant));
    }

    [Fact]
    public async Task A_refused_request_burns_no_key()
    {
        var (participant, key) = (Some.Participant(), Some.Key());
        Expect.Unprocessable(await server.Live.PostEventAsync(Some.Event(participant, timestamp: "never"), key));
        Expect.Problem(await server.Live.PostEventAsync(Some.Event(participant, key: $"{key}x"), key), 400, "IDEMPOTENCY_KEY_MISMATCH");

        var processed = await server.Live.PostEventAsync(Some.Event(participant), key);

        Expect.Processed(processed);
        Assert.Null(processed.Header("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_fault_is_found_before_a_replay()
    {
        var (participant, key) = (Some.Participant(), Some.Key());
        Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant), key));

        Expect.Unprocessable(await server.Live.PostEventAsync(Some.Event(participant, timestamp: "never"), key));
    }

    private static void ReplayOf(Reply first, Reply second, bool isMismatch)
    {
        Assert.Equal(200, second.Status);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Header("Content-Type"), second.Header("Content-Type"));
        Assert.Equal("true", second.Header("Idempotent-Replayed"));
        Assert.Equal(isMismatch ? "true" : null, second.Header("Idempotency-Payload-Mismatch"));
    }

    private static async Task<int> TotalAsync(Api api, string participant) =>
        (await api.HistoryAsync(participant)).Json.GetProperty("total").GetInt32();
}
