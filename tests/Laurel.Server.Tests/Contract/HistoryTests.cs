using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary><c>GET /participants/{id}/events</c>: shape, filters, pages, order. Source: contract, semantics §11.</summary>
[Collection(OneServer.Name)]
public sealed class HistoryTests(RunningServer server)
{
    [Fact]
    public async Task A_page_has_the_contracts_shape()
    {
        var participant = Some.Participant();
        var id = Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, "purchase_completed", """{"amount":49.99,"currency":"USD"}""", "2026-02-14T10:00:00Z")));

        var reply = await server.Live.HistoryAsync(participant, "?event_name=purchase_completed&page=1&page_size=20");

        Assert.Equal(200, reply.Status);
        Assert.Equal("application/json", reply.MediaType);
        Expect.Members(reply.Json, "participant_id", "events", "total", "page", "page_size");
        Assert.Equal(participant, reply["participant_id"]);
        Numbers(reply, total: 1, page: 1, pageSize: 20);
        var entry = Assert.Single(reply.Json.GetProperty("events").EnumerateArray());
        Expect.Members(entry, "id", "event_name", "properties", "occurred_at");
        Assert.Equal(id, entry.GetProperty("id").GetString());
        Assert.Equal("purchase_completed", entry.GetProperty("event_name").GetString());
        Assert.Equal("""{"amount":49.99,"currency":"USD"}""", entry.GetProperty("properties").GetRawText());
        Assert.Equal("2026-02-14T10:00:00Z", entry.GetProperty("occurred_at").GetString());
    }

    [Fact]
    public async Task An_unknown_participant_has_an_empty_page()
    {
        var participant = Some.Participant();

        var reply = await server.Live.HistoryAsync(participant);

        Assert.Equal(200, reply.Status);
        Assert.Equal(participant, reply["participant_id"]);
        Assert.Empty(Names(reply));
        Numbers(reply, total: 0, page: 1, pageSize: 50);
    }

    [Fact]
    public async Task Newest_comes_first_by_occurrence_and_then_by_order_of_processing()
    {
        var participant = Some.Participant();
        (string Name, string Timestamp)[] sent =
        [
            ("c", "2026-02-03T00:00:00Z"), ("a", "2026-02-01T00:00:00Z"), ("d1", "2026-02-04T00:00:00Z"), ("b", "2026-02-02T00:00:00+00:00"),
            ("d2", "2026-02-04T01:00:00+01:00"), ("d3", "2026-02-03T19:00:00-05:00"), ("d4", "2026-02-04T00:00:00.0000001Z"),
        ];
        foreach (var (name, timestamp) in sent)
        {
            Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, name, timestamp: timestamp)));
        }

        Assert.Equal(["d4", "d3", "d2", "d1", "c", "b", "a"], Names(await server.Live.HistoryAsync(participant)));
    }

    [Fact]
    public async Task Pages_cover_everything_once()
    {
        // A tenant without a cap: these are more events than one participant may have at once.
        var (participant, api) = (Some.Participant(), (await server.NewTenantAsync()).Participant);
        await SendAsync(api, participant, Enumerable.Range(0, 125).Select(i => ($"e{i}", $"2026-01-01T00:{i / 60:00}:{i % 60:00}Z")));

        Assert.Equal(50, Names(await api.HistoryAsync(participant)).Count);
        Assert.Equal(100, Names(await api.HistoryAsync(participant, "?page_size=100")).Count);
        Numbers(await api.HistoryAsync(participant, "?page=2"), total: 125, page: 2, pageSize: 50);
        var all = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var reply = await api.HistoryAsync(participant, $"?page_size=40&page={page}");
            Numbers(reply, total: 125, page, pageSize: 40);
            all.AddRange(Names(reply));
        }

        Assert.Equal(Enumerable.Range(0, 125).Select(i => $"e{124 - i}"), all);
        var beyond = await api.HistoryAsync(participant, "?page_size=40&page=5");
        Assert.Empty(Names(beyond));
        Numbers(beyond, total: 125, page: 5, pageSize: 40);
    }

    [Fact]
    public async Task A_page_far_beyond_the_end_is_empty()
    {
        var participant = Some.Participant();
        await SendAsync(server.Live, participant, [("e", "2026-01-01T00:00:00Z")]);

        var reply = await server.Live.HistoryAsync(participant, "?page=2147483647&page_size=100");

        Assert.Empty(Names(reply));
        Numbers(reply, total: 1, page: int.MaxValue, pageSize: 100);
    }

    [Theory]
    [InlineData("", "f e d c b a")]
    [InlineData("?event_name=b", "b")]
    [InlineData("?event_name=B", "")]
    [InlineData("?event_name=b%20", "")]
    [InlineData("?from_date=2026-02-02", "f e d c")]
    [InlineData("?to_date=2026-02-02", "d c b a")]
    [InlineData("?from_date=2026-02-02&to_date=2026-02-02", "d c")]
    [InlineData("?from_date=2026-02-03&to_date=2026-02-03", "e")]
    [InlineData("?from_date=2026-02-02&to_date=2026-02-03&event_name=e", "e")]
    [InlineData("?from_date=2026-02-04&to_date=2026-02-05", "f")]
    [InlineData("?from_date=2026-02-03&to_date=2026-02-02", "")]
    [InlineData("?from_date=0001-01-01&to_date=9999-12-31", "f e d c b a")]
    [InlineData("?colour=red", "f e d c b a")]
    public async Task Filters_narrow_by_name_and_utc_day_both_ends_inclusive(string query, string expected)
    {
        var participant = Some.Participant();
        await SendAsync(
            server.Live,
            participant,
            [
                ("a", "2026-02-01T00:00:00Z"), ("b", "2026-02-01T23:59:59.999999Z"), ("c", "2026-02-02T00:00:00Z"),
                ("d", "2026-02-03T00:59:59.999999+01:00"), ("e", "2026-02-03T01:00:00+01:00"), ("f", "2026-02-03T23:00:00-05:00"),
            ]);

        var reply = await server.Live.HistoryAsync(participant, query);

        string[] names = expected.Length == 0 ? [] : expected.Split(' ');
        Assert.Equal(names, Names(reply));
        Numbers(reply, names.Length, page: 1, pageSize: 50);
    }

    [Fact]
    public async Task The_total_counts_all_pages_of_the_filtered()
    {
        var participant = Some.Participant();
        await SendAsync(server.Live, participant, Enumerable.Range(0, 30).Select(i => (i % 3 == 0 ? "third" : "other", "2026-01-01T00:00:00Z")));

        var reply = await server.Live.HistoryAsync(participant, "?event_name=third&page_size=4&page=3");

        Assert.Equal(["third", "third"], Names(reply));
        Numbers(reply, total: 10, page: 3, pageSize: 4);
    }

    [Theory]
    [InlineData("event_name", "spaced out & more=yes?/#+%")]
    [InlineData("event_name", "größe 🎉 שלום")]
    public async Task A_name_travels_percent_encoded(string parameter, string name)
    {
        var participant = Some.Participant();
        await SendAsync(server.Live, participant, [(name, "2026-01-01T00:00:00Z"), ("other", "2026-01-01T00:00:00Z")]);

        Assert.Equal([name], Names(await server.Live.HistoryAsync(participant, $"?{parameter}={Uri.EscapeDataString(name)}")));
    }

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=-1")]
    [InlineData("page=one")]
    [InlineData("page=1.5")]
    [InlineData("page=")]
    [InlineData("page=99999999999999999999")]
    [InlineData("page_size=0")]
    [InlineData("page_size=101")]
    [InlineData("page_size=-5")]
    [InlineData("page_size=all")]
    [InlineData("from_date=2026-02-30")]
    [InlineData("from_date=2026-2-3")]
    [InlineData("from_date=03.02.2026")]
    [InlineData("from_date=2026-02-03T00:00:00Z")]
    [InlineData("from_date=yesterday")]
    [InlineData("to_date=2026-13-01")]
    [InlineData("to_date=0000-01-01")]
    [InlineData("to_date=20260203")]
    [InlineData("to_date=%00")]
    public async Task A_bad_parameter_is_422_and_named(string parameter)
    {
        var reply = await server.Live.HistoryAsync(Some.Participant(), $"?{parameter}");

        Expect.Unprocessable(reply);
        var error = Assert.Single(reply.Json.GetProperty("errors").EnumerateArray());
        Assert.Contains(parameter.Split('=')[0], error.GetProperty("pointer").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_bad_parameter_is_listed()
    {
        var reply = await server.Live.HistoryAsync(Some.Participant(), "?page=0&page_size=0&from_date=a&to_date=b");

        Expect.Unprocessable(reply);
        Assert.Equal(4, reply.Json.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task Environments_and_tenants_share_no_participants()
    {
        var participant = Some.Participant();
        var tenant = await server.NewTenantAsync();
        Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant)));

        Assert.Empty(Names(await server.Test.HistoryAsync(participant)));
        Assert.Empty(Names(await tenant.Admin.HistoryAsync(participant)));
        Assert.Empty(Names(await tenant.Live.HistoryAsync(participant)));
        Assert.Single(Names(await server.Live.HistoryAsync(participant)));
    }

    private static async Task SendAsync(Api api, string participant, IEnumerable<(string Name, string Timestamp)> events)
    {
        foreach (var hundred in events.Chunk(100))
        {
            var reply = await api.PostBatchAsync(hundred.Select(e => Some.Event(participant, e.Name, timestamp: e.Timestamp)));
            Assert.True(reply.Json.GetProperty("failed").GetInt32() == 0, reply.ToString());
        }
    }

    private static List<string> Names(Reply reply)
    {
        Assert.True(reply.Status == 200, reply.ToString());
        return [.. reply.Json.GetProperty("events").EnumerateArray().Select(entry => entry.GetProperty("event_name").GetString()!)];
    }

    private static void Numbers(Reply reply, int total, int page, int pageSize)
    {
        Assert.Equal(total, reply.Json.GetProperty("total").GetInt32());
        Assert.Equal(page, reply.Json.GetProperty("page").GetInt32());
        Assert.Equal(pageSize, reply.Json.GetProperty("page_size").GetInt32());
        Assert.Equal(JsonValueKind.Number, reply.Json.GetProperty("page").ValueKind);
    }
}
