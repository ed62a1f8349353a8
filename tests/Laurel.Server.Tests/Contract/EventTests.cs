using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary><c>POST /events</c>: fields, defaults, limits and the shape of the answer.</summary>
[Collection(OneServer.Name)]
public sealed class EventTests(RunningServer server)
{
    [Fact]
    public async Task The_contracts_own_example_is_processed()
    {
        var tenant = await server.NewTenantAsync();

        var reply = await tenant.Participant.PostEventAsync(
            """
            {
              "participant_id": "user_42",
              "event_name": "purchase_completed",
              "properties": {
                "amount": 49.99,
                "currency": "USD",
                "product_id": "prod_abc"
              },
              "timestamp": "2026-02-14T10:00:00Z"
            }
            """,
            "purchase_ord_001");

        Expect.Processed(reply);
        Assert.Empty(reply.Json.GetProperty("rewards_granted").EnumerateArray());
        Assert.Null(reply.Header("Idempotent-Replayed"));
        Assert.Null(reply.Header("Idempotency-Payload-Mismatch"));
    }

    [Fact]
    public async Task Only_participant_and_event_name_are_required()
    {
        var participant = Some.Participant();
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);

        var id = Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant)));

        var entry = Assert.Single((await server.Live.HistoryAsync(participant)).Json.GetProperty("events").EnumerateArray());
        Assert.Equal(id, entry.GetProperty("id").GetString());
        Assert.Equal("{}", entry.GetProperty("properties").GetRawText());
        var occurredAt = entry.GetProperty("occurred_at").GetString()!;
        Assert.EndsWith("Z", occurredAt, StringComparison.Ordinal);
        Assert.InRange(DateTimeOffset.Parse(occurredAt), before, DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Optional_members_may_be_null()
    {
        var participant = Some.Participant();

        Expect.Processed(await server.Live.PostEventAsync(
            $$"""{"participant_id":"{{participant}}","event_name":"e","timestamp":null,"idempotency_key":null}"""));
        Expect.Processed(await server.Live.PostEventAsync(
            $$"""{"participant_id":"{{participant}}","event_name":"e","timestamp":null,"idempotency_key":null}"""));

        Assert.Equal(2, (await server.Live.HistoryAsync(participant)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        var participant = Some.Participant();

        Expect.Processed(await server.Live.PostEventAsync(
            $$"""{"participant_id":"{{participant}}","event_name":"e","colour":{"of":["anything",1,null]},"Participant_Id":7}"""));
    }

    [Theory]
    [InlineData("""{"event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":"p"}""", "/event_name")]
    [InlineData("""{"participant_id":null,"event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":7,"event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":["p"],"event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":"","event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":".","event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":"..","event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":"a\u0007b","event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":"a\u0085b","event_name":"e"}""", "/participant_id")]
    [InlineData("""{"participant_id":"p","event_name":null}""", "/event_name")]
    [InlineData("""{"participant_id":"p","event_name":true}""", "/event_name")]
    [InlineData("""{"participant_id":"p","event_name":""}""", "/event_name")]
    [InlineData("""{"participant_id":"p","event_name":"a\nb"}""", "/event_name")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":null}""", "/properties")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":[]}""", "/properties")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":"{}"}""", "/properties")]
    [InlineData("""{"participant_id":"p","event_name":"e","properties":1}""", "/properties")]
    [InlineData("""{"participant_id":"p","event_name":"e","timestamp":{}}""", "/timestamp")]
    [InlineData("""{"participant_id":"p","event_name":"e","timestamp":false}""", "/timestamp")]
    [InlineData("""{"participant_id":"p","event_name":"e","idempotency_key":""}""", "/idempotency_key")]
    [InlineData("""{"participant_id":"p","event_name":"e","idempotency_key":12}""", "/idempotency_key")]
    public async Task A_member_that_breaks_its_type_or_limit_is_named(string body, string pointer) =>
        Expect.Unprocessable(await server.Live.PostEventAsync(body), pointer);

    [Fact]
    public async Task Every_fault_is_listed_at_once()
    {
        var reply = await server.Live.PostEventAsync(
            $$"""{"participant_id":"","event_name":"{{new string('e', 101)}}","properties":[],"timestamp":"yesterday","idempotency_key":""}""");

        Expect.Unprocessable(reply, "/participant_id", "/event_name", "/properties", "/timestamp", "/idempotency_key");
    }

    [Fact]
    public async Task A_fault_gives_the_value_and_the_limit()
    {
        var reply = await server.Live.PostEventAsync(Some.Event(new string('p', 300)));

        Expect.Unprocessable(reply, "/participant_id");
        var message = reply.Json.GetProperty("errors")[0].GetProperty("message").GetString()!;
        Assert.Contains("255", message, StringComparison.Ordinal);
        Assert.Contains("300", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(255, 100, 255)]
    [InlineData(1, 1, 1)]
    public async Task Lengths_count_code_points(int participantLength, int nameLength, int keyLength)
    {
        // Each of these is two UTF-16 units and four bytes, but one character. The first part keeps tests apart.
        var participant = string.Concat(Some.Participant().AsSpan(0, participantLength == 1 ? 0 : 34), Some.Times(participantLength == 1 ? 1 : participantLength - 34, "🦄"));
        var key = string.Concat(Some.Key().AsSpan(0, keyLength == 1 ? 0 : 34), Some.Times(keyLength == 1 ? 1 : keyLength - 34, "🔑"));

        Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, Some.Times(nameLength, "🎉"), key: key)));
    }

    [Theory]
    [InlineData(256, 1, 1, "/participant_id")]
    [InlineData(1, 101, 1, "/event_name")]
    [InlineData(1, 1, 256, "/idempotency_key")]
    public async Task One_code_point_more_is_refused(int participantLength, int nameLength, int keyLength, string pointer) =>
        Expect.Unprocessable(
            await server.Live.PostEventAsync(Some.Event(Some.Times(participantLength, "🦄"), Some.Times(nameLength, "🎉"), key: Some.Times(keyLength, "🔑"))),
            pointer);

    [Fact]
    public async Task Ids_and_names_are_exact()
    {
        var id = Some.Participant();
        string[] ids = [id, id.ToUpperInvariant(), $" {id}", $"{id} ", $"{id}e\u0301", $"{id}\u00e9"];
        foreach (var participant in ids)
        {
            Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, $" {participant[..1]}E\u0301 ")));
        }

        foreach (var participant in ids)
        {
            var history = (await server.Live.HistoryAsync(participant)).Json;
            Assert.Equal(participant, history.GetProperty("participant_id").GetString());
            var entry = Assert.Single(history.GetProperty("events").EnumerateArray());
            Assert.Equal($" {participant[..1]}E\u0301 ", entry.GetProperty("event_name").GetString());
        }
    }

    [Fact]
    public async Task Properties_come_back_as_written_but_for_white_space()
    {
        var participant = Some.Participant();
        const string Written = """{"z":2.50,"a":1E3,"m":-0.0,"big":12345678901234567890123456789012345678901234567890,"n":{"y":[1e-7,{"b":null,"a":true}],"x":"é 🦄 ש"},"":""}""";

        Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, properties: Written.Replace(",", " ,\n\t", StringComparison.Ordinal).Replace(":", " : ", StringComparison.Ordinal))));

        var properties = (await server.Live.HistoryAsync(participant)).Json.GetProperty("events")[0].GetProperty("properties");
        Assert.Equal(Spelling(JsonDocument.Parse(Written).RootElement), Spelling(properties));
    }

    [Fact]
    public async Task A_refused_event_leaves_no_trace()
    {
        var participant = Some.Participant();

        Expect.Unprocessable(await server.Live.PostEventAsync(Some.Event(participant, timestamp: "never")), "/timestamp");

        Expect.Problem(await server.Live.StateAsync(participant), 404, null);
        Assert.Equal(0, (await server.Live.HistoryAsync(participant)).Json.GetProperty("total").GetInt32());
    }

    /// <summary>Member order and number spelling to the letter; strings by what they mean, as escapes may differ.</summary>
    private static string Spelling(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(member => $"'{member.Name}':{Spelling(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Spelling))}]",
        JsonValueKind.String => $"'{value.GetString()}'",
        _ => value.GetRawText(),
    };
}
