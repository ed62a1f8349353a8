using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Load;

/// <summary>Generated requests give no 5xx and leave the ledger whole; and the test shows what they reached (pitfall 15).</summary>
public sealed class FuzzTests(FoldingServer server, ITestOutputHelper output) : IClassFixture<FoldingServer>
{
    private const int Connections = 8;

    private const string Program =
        """
        {
          "point_rules": [
            { "code": "spend", "event_name": "purchase_completed", "where": { "property": "properties.currency", "op": "eq", "value": "USD" }, "amount": { "property": "properties.amount", "multiply": 1, "max": 1000 } },
            { "code": "signup", "event_name": "loyalty_signup", "amount": 100, "cap": { "period": "all_time", "amount": 250 } }
          ],
          "badges": [
            { "code": "regular", "name": "Regular", "criteria": { "event_name": "session_started", "metric": { "type": "count" }, "target": 3 } },
            { "code": "challenger", "name": "Challenger", "criteria": { "event_name": "challenge.completed", "metric": { "type": "count" }, "target": 2 } }
          ],
          "challenges": [
            { "code": "shopper", "name": "Shopper", "max_completions": 3,
              "objectives": [{ "code": "spend", "event_name": "purchase_completed", "metric": { "type": "sum", "property": "properties.amount" }, "target": 200 }],
              "rewards": [{ "type": "points", "amount": 20 }] }
          ],
          "tiers": [
            { "code": "bronze", "name": "Bronze", "level": 1, "criteria_config": { "min_points": 1 } },
            { "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 500 } }
          ]
        }
        """;

    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private readonly ConcurrentDictionary<string, int> _sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _eventIds = new(StringComparer.Ordinal);

    [Fact]
    public async Task Generated_requests_give_no_5xx_and_leave_the_ledger_whole()
    {
        var tenant = await server.NewTenantAsync("""{"per_second":5,"burst":30}""");
        await tenant.PublishAsync(Program);
        var disabled = await server.NewTenantAsync();
        await server.Operator.PatchAsync($"{Api.Tenants}/{disabled.Id}", """{"status":"disabled"}""");
        await Wait.UntilAsync("the tenant is disabled", async () => (await disabled.Participant.PostEventAsync(Some.Event("p"))).Status == 403);
        output.WriteLine($"{Counts.Fuzz} requests, seed {Counts.Seed}");

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            var requests = new GeneratedRequests((Counts.Seed * Connections) + connection, tenant.Participant.Key!, disabled.Participant.Key!, TimeProvider.System);
            for (var i = connection; i < Counts.Fuzz; i += Connections)
            {
                await SendAsync(requests.Next());
            }
        }));

        Report();
        await LedgerIsWholeAsync(tenant.Participant);
        EachClassWasReached();
    }

    private async Task SendAsync(GeneratedRequest request)
    {
        // A body that is refused for its size may not be read to its end: that takes a client that reads while it sends.
        var reply = request.Body?.Length > 256 * 1024
            ? await RawHttp.SendAsync(
                server.Process.Address,
                $"{request.Method} {request.Path} HTTP/1.1\r\nX-API-Key: {request.Key}\r\nContent-Type: {request.MediaType}\r\nContent-Length: {request.Body.Length}",
                request.Body)
            : await SendByClientAsync(request);
        _statuses.AddOrUpdate(reply.Status, 1, (_, count) => count + 1);
        var what = $"{request.Method} {request.Path} {(request.Body is { Length: < 2000 } ? System.Text.Encoding.UTF8.GetString(request.Body) : "")}: {reply}";
        Assert.True(reply.Status < 500, what);
        if (reply.Status == 200)
        {
            Keep(reply.Json);
        }
        else if (reply.Body.Length > 0)
        {
            Assert.True(reply.MediaType == "application/problem+json" && reply.Json.GetProperty("status").GetInt32() == reply.Status, what);
        }
        else
        {
            // Kestrel itself answers what is no HTTP, without a body.
            Assert.True(reply.Status == (int)HttpStatusCode.BadRequest, what);
        }
    }

    private Task<Reply> SendByClientAsync(GeneratedRequest request) =>
        server.Live.With(request.Key).SendAsync(
            new HttpMethod(request.Method), request.Path, request.Body, request.MediaType, request.IdempotencyKey is { } key ? [("Idempotency-Key", key)] : []);

    private void Keep(JsonElement answer)
    {
        if (answer.TryGetProperty("event_id", out var id))
        {
            _eventIds.TryAdd(id.GetString() ?? "", 0);
            foreach (var reward in answer.GetProperty("rewards_granted").EnumerateArray())
            {
                _sources.AddOrUpdate($"{reward.GetProperty("type")} from {reward.GetProperty("source").GetProperty("code")}", 1, (_, count) => count + 1);
            }
        }
        else if (answer.TryGetProperty("results", out var results))
        {
            foreach (var result in results.EnumerateArray().Where(result => result.GetProperty("status").GetString() == "processed"))
            {
                Keep(result);
            }
        }
    }

    private async Task LedgerIsWholeAsync(Api api)
    {
        var (events, points) = (0, 0L);
        foreach (var participant in GeneratedRequests.Participants)
        {
            points += await Ledger.CheckAsync(api, participant);
            var total = (await api.HistoryAsync(participant)).Json.GetProperty("total").GetInt32();
            if (total > 0)
            {
                Assert.Equal(total, (await api.StateAsync(participant)).Json.GetProperty("total_events").GetInt32());
            }

            events += total;
        }

        // Byte mutations may make ids that are not on the list: their events were answered, too.
        Assert.InRange(events, 1, _eventIds.Count);
        Assert.True(points > 0);
        output.WriteLine($"{events} events of the listed participants, {_eventIds.Count} acknowledged; {points} points");
    }

    private void Report()
    {
        foreach (var (status, count) in _statuses.OrderBy(pair => pair.Key))
        {
            output.WriteLine($"{status}: {count}");
        }

        foreach (var (source, count) in _sources.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{source}: {count}");
        }
    }

    private void EachClassWasReached()
    {
        int[] statuses = [200, 400, 401, 403, 404, 405, 413, 415, 422, 429];
        string[] sources =
        [
            "points from spend", "points from signup", "points from shopper", "badge from regular", "badge from challenger", "challenge from shopper", "tier from bronze", "tier from silver",
        ];
        Assert.Empty(statuses.Except(_statuses.Keys));
        Assert.Empty(sources.Except(_sources.Keys));
    }
}
