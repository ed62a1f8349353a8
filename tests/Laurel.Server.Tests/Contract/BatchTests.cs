using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary><c>POST /events/batch</c>: shape, limits, items that fail, keys per item. Source: contract, semantics §4 and §6.</summary>
[Collection(OneServer.Name)]
public sealed class BatchTests(RunningServer server)
{
    [Fact]
    public async Task The_contracts_own_example_is_processed()
    {
        var tenant = await server.NewTenantAsync();

        var reply = await tenant.Participant.PostAsync(
            Api.Batch,
            """
            {
              "events": [
                {
                  "participant_id": "user_42",
                  "event_name": "purchase_completed",
                  "properties": { "amount": 49.99 },
                  "idempotency_key": "purchase_ord_001"
                },
                {
                  "participant_id": "user_42",
                  "event_name": "loyalty_signup",
                  "properties": { "channel": "email" },
                  "idempotency_key": "signup_user_42"
                }
              ]
            }
            """);

        var results = Results(reply, processed: 2, failed: 0);
        Assert.NotEqual(Expect.Processed(results[0]), Expect.Processed(results[1]));
    }

    [Fact]
    public async Task A_hundred_events_are_answered_in_submission_order()
    {
        var prefix = Some.Participant();
        var participants = Enumerable.Range(0, 100).Select(i => $"{prefix}_{i}").ToList();

        var results = Results(await server.Live.PostBatchAsync(participants.Select(id => Some.Event(id))), processed: 100, failed: 0);

        for (var i = 0; i < participants.Count; i += 9)
        {
            var entry = Assert.Single((await server.Live.HistoryAsync(participants[i])).Json.GetProperty("events").EnumerateArray());
            Assert.Equal(Expect.Processed(results[i]), entry.GetProperty("id").GetString());
        }
    }

    [Fact]
    public async Task Events_of_one_participant_are_processed_in_submission_order()
    {
        var participant = Some.Participant();
        const string Same = "2026-02-14T10:00:00Z";

        Results(await server.Live.PostBatchAsync(Enumerable.Range(0, 20).Select(i => Some.Event(participant, $"e{i}", timestamp: Same))), 20, 0);

        var names = (await server.Live.HistoryAsync(participant)).Json.GetProperty("events").EnumerateArray().Select(entry => entry.GetProperty("event_name").GetString());
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"e{19 - i}"), names);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public async Task Fewer_than_one_event_or_more_than_a_hundred_are_refused(int count)
    {
        var participant = Some.Participant();

        Expect.Unprocessable(await server.Live.PostBatchAsync(Enumerable.Repeat(Some.Event(participant), count)), "/events");

        Assert.Equal(0, await TotalAsync(participant));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"events":null}""")]
    [InlineData("""{"events":{}}""")]
    [InlineData("""{"events":"all"}""")]
    public async Task Events_must_be_an_array(string body) => Expect.Unprocessable(await server.Live.PostAsync(Api.Batch, body), "/events");

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    public async Task An_item_must_be_an_object(string item) => Expect.Unprocessable(await server.Live.PostBatchAsync(Some.Event("p"), item), "/events/1");

    [Fact]
    public async Task Every_fault_of_every_item_is_listed_and_nothing_is_processed()
    {
        var participant = Some.Participant();

        var reply = await server.Live.PostBatchAsync(
            Some.Event(participant),
            """{"participant_id":"","event_name":7}""",
            Some.Event(participant),
            """{"event_name":"e","properties":[],"timestamp":"never","idempotency_key":""}""");

        Expect.Unprocessable(
            reply,
            "/events/1/participant_id", "/events/1/event_name", "/events/3/participant_id", "/events/3/properties", "/events/3/timestamp", "/events/3/idempotency_key");
        Assert.Equal(0, await TotalAsync(participant));
    }

    [Fact]
    public async Task Items_that_hit_the_cap_fail_alone()
    {
        // One write, then none for a hundred seconds. The third and the seventh item are for a participant who has had it.
        var tenant = await server.NewTenantAsync("""{"per_second":0.01,"burst":1}""");
        var capped = Some.Participant();
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(capped)));

        var reply = await tenant.Participant.PostBatchAsync(
            Enumerable.Range(1, 10).Select(i => Some.Event(i is 3 or 7 ? capped : Some.Participant())));

        var results = Results(reply, processed: 8, failed: 2);
        for (var i = 1; i <= 10; i++)
        {
            if (i is 3 or 7)
            {
                CappedItem(results[i - 1]);
            }
            else
            {
                Expect.Processed(results[i - 1]);
            }
        }

        Assert.Equal(1, (await tenant.Participant.HistoryAsync(capped)).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_failed_item_burns_no_key()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":0.01,"burst":1}""");
        var (participant, key) = (Some.Participant(), Some.Key());
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event(participant)));
        CappedItem(Results(await tenant.Participant.PostBatchAsync(Some.Event(participant, key: key)), processed: 0, failed: 1)[0]);

        // The same key for someone who still may write: were it burnt, the answer would be a replay of the failure.
        var results = Results(await tenant.Participant.PostBatchAsync(Some.Event(Some.Participant(), key: key)), processed: 1, failed: 0);

        Expect.Processed(results[0]);
    }

    [Fact]
    public async Task A_repeated_key_in_a_batch_is_a_success_with_the_original_result()
    {
        var (participant, key) = (Some.Participant(), Some.Key());

        var results = Results(
            await server.Live.PostBatchAsync(
                Some.Event(participant, key: key), Some.Event(participant), Some.Event(participant, key: key), Some.Event($"{participant}_2", key: key)),
            processed: 4,
            failed: 0);

        Assert.Equal(results[0].GetRawText(), results[2].GetRawText());
        Assert.Equal(results[0].GetRawText(), results[3].GetRawText());
        Assert.NotEqual(Expect.Processed(results[0]), Expect.Processed(results[1]));
        Assert.Equal(2, await TotalAsync(participant));
        Assert.Equal(0, await TotalAsync($"{participant}_2"));
    }

    [Fact]
    public async Task A_key_that_many_participants_share_in_a_batch_is_the_first_ones()
    {
        var (participant, key) = (Some.Participant(), Some.Key());

        var results = Results(await server.Live.PostBatchAsync(Enumerable.Range(0, 10).Select(i => Some.Event($"{participant}_{i}", key: key))), processed: 10, failed: 0);

        Assert.Single(results.Select(result => result.GetRawText()).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await TotalAsync($"{participant}_0"));
    }

    [Fact]
    public async Task A_replay_that_names_an_unknown_participant_does_not_disturb_new_ones()
    {
        var key = Some.Key();
        string[] fresh = [Some.Participant(), Some.Participant()];
        Expect.Processed(await server.Live.PostEventAsync(Some.Event(Some.Participant()), key));

        Results(await server.Live.PostBatchAsync(Some.Event(Some.Participant(), key: key), Some.Event(fresh[0])), 2, 0);
        Results(await server.Live.PostBatchAsync(Some.Event(fresh[1])), 1, 0);

        Assert.Equal(1, await TotalAsync(fresh[0]));
        Assert.Equal(1, await TotalAsync(fresh[1]));
    }

    [Fact]
    public async Task Single_and_batch_share_one_key_space()
    {
        var participant = Some.Participant();
        var (singleFirst, batchFirst) = (Some.Key(), Some.Key());

        var single = await server.Live.PostEventAsync(Some.Event(participant), singleFirst);
        var asItem = Results(await server.Live.PostBatchAsync(Some.Event(participant, key: singleFirst)), 1, 0)[0];
        var item = Results(await server.Live.PostBatchAsync(Some.Event(participant, key: batchFirst)), 1, 0)[0];
        var asSingle = await server.Live.PostEventAsync(Some.Event(participant), batchFirst);

        Assert.Equal(single.Text, asItem.GetRawText());
        Assert.Equal(item.GetRawText(), asSingle.Text);
        Assert.Equal("true", asSingle.Header("Idempotent-Replayed"));
        Assert.Equal(2, await TotalAsync(participant));
    }

    [Theory]
    [InlineData("a-fine-key")]
    [InlineData("not a fine key")]
    [InlineData("")]
    public async Task The_requests_own_key_header_is_not_honoured(string header)
    {
        var participant = Some.Participant();
        var body = $$"""{"events":[{{Some.Event(participant)}}]}""";

        var first = Results(await server.Live.PostAsync(Api.Batch, body, ("Idempotency-Key", header)), 1, 0);
        var second = Results(await server.Live.PostAsync(Api.Batch, body, ("Idempotency-Key", header)), 1, 0);

        Assert.NotEqual(Expect.Processed(first[0]), Expect.Processed(second[0]));
    }

    [Fact]
    public async Task A_batch_near_4_MiB_is_taken()
    {
        var properties = $$"""{"text":"{{new string('x', 32_000)}}"}""";

        Results(await server.Live.PostBatchAsync(Enumerable.Range(0, 100).Select(_ => Some.Event(Some.Participant(), properties: properties))), 100, 0);
    }

    private static List<JsonElement> Results(Reply reply, int processed, int failed)
    {
        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Equal("application/json", reply.MediaType);
        Expect.Members(reply.Json, "processed", "failed", "results");
        Assert.Equal(processed, reply.Json.GetProperty("processed").GetInt32());
        Assert.Equal(failed, reply.Json.GetProperty("failed").GetInt32());
        var results = reply.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(processed + failed, results.Count);
        return results;
    }

    private static void CappedItem(JsonElement item)
    {
        Expect.Members(item, "event_id", "fact_id", "status", "rewards_granted", "error");
        Assert.Equal(JsonValueKind.Null, item.GetProperty("event_id").ValueKind);
        Assert.Equal(JsonValueKind.Null, item.GetProperty("fact_id").ValueKind);
        Assert.Equal("error", item.GetProperty("status").GetString());
        Assert.Empty(item.GetProperty("rewards_granted").EnumerateArray());
        var error = item.GetProperty("error");
        Expect.Members(error, "code", "detail", "retry_after_seconds");
        Assert.Equal("RATE_LIMIT_PARTICIPANT_EXCEEDED", error.GetProperty("code").GetString());
        Assert.NotEqual("", error.GetProperty("detail").GetString());
        Assert.InRange(error.GetProperty("retry_after_seconds").GetInt32(), 1, 100);
    }

    private async Task<int> TotalAsync(string participant) => (await server.Live.HistoryAsync(participant)).Json.GetProperty("total").GetInt32();
}
