using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>What must stop at the trust boundary: broken JSON, broken text, numbers and nesting beyond bounds. Source: semantics §2, pitfalls "Input".</summary>
[Collection(OneServer.Name)]
public sealed class MalformedInputTests(RunningServer server)
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"event\"")]
    [InlineData("7")]
    [InlineData("""{"participant_id":"p","event_name":"e",}""")]
    [InlineData("""{"participant_id":"p","event_name":"e"} x""")]
    [InlineData("""{"participant_id":"p","event_name":"e"}{}""")]
    [InlineData("""{"participant_id":"p","event_name":"e"/**/}""")]
    [InlineData("""{'participant_id':'p','event_name':'e'}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":NaN}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":01}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":+1}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":.5}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":"\x"}}""")]
    [InlineData("{\"participant_id\":\"p\",\"event_name\":\"e\",\"properties\":{\"a\":\"b\nc\"}}")]
    public async Task Malformed_json_is_422_and_not_400(string body)
    {
        Expect.Unprocessable(await server.Live.PostEventAsync(body));
        Expect.Unprocessable(await server.Live.PostAsync(Api.Batch, $$"""{"events":[{{body}}]"""));
    }

    [Theory]
    [InlineData("""{"participant_id":"a\u0000b","event_name":"e"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e\u0000"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","idempotency_key":"a\u0000"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":"\u0000"}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"\u0000":1}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":[{"b":"x\u0000y"}]}}""")]
    [InlineData("{\"participant_id\":\"p\",\"event_name\":\"e\",\"properties\":{\"a\":\"x\0y\"}}")]
    public async Task Nul_is_refused_wherever_it_stands(string body) => await RefusedAsync(body);

    [Theory]
    [InlineData("""{"participant_id":"\ud800","event_name":"e"}""")]
    [InlineData("""{"participant_id":"p","event_name":"\udc00"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","idempotency_key":"\ud83d"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","timestamp":"\ud83d"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":"x\ud83dy"}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":"\ude00\ud83d"}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"\ud83d":1}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":[[{"b":"\udfff"}]]}}""")]
    public async Task Lone_surrogates_are_refused_wherever_they_stand(string body) => await RefusedAsync(body);

    [Fact]
    public async Task A_pair_of_surrogates_is_one_character()
    {
        var participant = Some.Participant();

        Expect.Processed(await server.Live.PostEventAsync(
            $$"""{"participant_id":"{{participant}}\ud83e\udd84","event_name":"\ud83c\udf89","properties":{"a":"\ud83d\ude00"} }"""));

        var entry = (await server.Live.HistoryAsync(participant + "🦄")).Json.GetProperty("events")[0];
        Assert.Equal("🎉", entry.GetProperty("event_name").GetString());
        Assert.Equal("😀", entry.GetProperty("properties").GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("a single stray byte", new byte[] { 0xFF })]
    [InlineData("a continuation without a start", new byte[] { 0x80 })]
    [InlineData("a start without its continuation", new byte[] { 0xC3 })]
    [InlineData("NUL in two bytes", new byte[] { 0xC0, 0x80 })]
    [InlineData("a surrogate as UTF-8", new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData("beyond U+10FFFF", new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public async Task Invalid_utf8_is_refused_wherever_it_stands(string what, byte[] bytes)
    {
        _ = what;
        string[] bodies =
        [
            """{"participant_id":"@","event_name":"e"}""",
            """{"participant_id":"p","event_name":"@"}""",
            """{"participant_id":"p","event_name":"e","idempotency_key":"@"}""",
            """{"participant_id":"p","event_name":"e","properties":{"a":"x@y"}}""",
            """{"participant_id":"p","event_name":"e","properties":{"@":1}}""",
            """{"participant_id":"p","event_name":"e","unknown":"@"}""",
        ];
        foreach (var body in bodies)
        {
            var at = body.IndexOf('@', StringComparison.Ordinal);
            byte[] sent = [.. Encoding.UTF8.GetBytes(body[..at]), .. bytes, .. Encoding.UTF8.GetBytes(body[(at + 1)..])];

            Expect.Unprocessable(await server.Live.SendAsync(HttpMethod.Post, Api.Events, sent, "application/json"));
            Expect.Unprocessable(await server.Live.SendAsync(
                HttpMethod.Post, Api.Batch, [.. "{\"events\":["u8, .. sent, .. "]}"u8], "application/json"));
        }
    }

    [Theory]
    [InlineData("""{"participant_id":"p","participant_id":"p","event_name":"e"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","event_n\u0061me":"e"}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{},"properties":{}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":1,"a":1}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"a":1,"\u0061":2}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"x":{"a":1,"b":2,"a":3}}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":{"x":[0,{"a":1,"a":2}]}}""")]
    [InlineData("""{"participant_id":"p","event_name":"e","unknown":1,"unknown":2}""")]
    public async Task Duplicate_members_are_refused_at_every_level(string body) => await RefusedAsync(body);

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e309")]
    [InlineData("1e-309")]
    [InlineData("1E+99999999999999999999")]
    [InlineData("0e400")]
    [InlineData("11111111112222222222333333333344444444445555555555666666666677777")]
    [InlineData("1.1111111112222222222333333333344444444445555555555666666666677777")]
    public async Task Numbers_beyond_bounds_are_refused(string number)
    {
        Expect.Unprocessable(await server.Live.PostEventAsync(Some.Event("p", properties: $$"""{"a":{{number}}}""")));
        Expect.Unprocessable(await server.Live.PostEventAsync(Some.Event("p", properties: $$"""{"a":[{"b":{{number}}}]}""")));
    }

    [Theory]
    [InlineData("1e308")]
    [InlineData("-1E-308")]
    [InlineData("1111111111222222222233333333334444444444555555555566666666667777")]
    public async Task Numbers_at_the_bounds_come_back_as_written(string number)
    {
        var participant = Some.Participant();

        Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, properties: $$"""{"a":{{number}}}""")));

        var history = await server.Live.HistoryAsync(participant);
        Assert.Equal(number, history.Json.GetProperty("events")[0].GetProperty("properties").GetProperty("a").GetRawText());
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(70, false)]
    [InlineData(5000, false)]
    public async Task Properties_nest_32_levels_and_no_deeper(int depth, bool isProcessed)
    {
        // The object itself is the first level.
        string[] nested =
        [
            $"{Some.Times(depth, """{"a":""")}1{Some.Times(depth, "}")}",
            $$"""{"a":{{Some.Times(depth - 1, "[")}}{{Some.Times(depth - 1, "]")}}}""",
        ];
        foreach (var properties in nested)
        {
            var reply = await server.Live.PostEventAsync(Some.Event(Some.Participant(), properties: properties));
            if (isProcessed)
            {
                Expect.Processed(reply);
            }
            else
            {
                Expect.Unprocessable(reply);
            }
        }
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(33, false)]
    public async Task Properties_hold_32_KiB_and_no_more(int kibibytes, bool isProcessed)
    {
        var properties = $$"""{"text":"{{new string('x', kibibytes * 1024)}}"}""";

        var reply = await server.Live.PostEventAsync(Some.Event(Some.Participant(), properties: properties));

        if (isProcessed)
        {
            Expect.Processed(reply);
        }
        else
        {
            Expect.Unprocessable(reply, "/properties");
        }
    }

    /// <summary>Refused alone and as an item of a batch, in which the good neighbour is not processed either.</summary>
    private async Task RefusedAsync(string body)
    {
        var neighbour = Some.Participant();
        Expect.Unprocessable(await server.Live.PostEventAsync(body));
        Expect.Unprocessable(await server.Live.PostBatchAsync(Some.Event(neighbour), body));
        Assert.Equal(0, (await server.Live.HistoryAsync(neighbour)).Json.GetProperty("total").GetInt32());
    }
}
