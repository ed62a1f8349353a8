using System.Security.Cryptography;
using System.Text;
using Laurel.Server.Tests.Contract;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Webhooks;

namespace Laurel.Server.Tests.Erasures;

/// <summary>
/// A participant of whom callers, and receivers of webhooks, wrote something wherever they can: each text holds a canary, which stands nowhere else.
/// </summary>
internal sealed class ErasureStory : IAsyncDisposable
{
    private const string Program =
        """
        {
          "point_rules": [
            { "code": "p", "event_name": "buy", "amount": 10, "expires_after": "P30D" },
            { "code": "q", "event_name": "session", "amount": { "property": "properties.amount" }, "cap": { "period": "day", "amount": 1000 } }
          ],
          "challenges": [
            { "code": "coupons", "max_completions": 3, "objectives": [{ "code": "o", "event_name": "buy", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "coupon" }] },
            { "code": "kinds", "objectives": [{ "code": "o", "event_name": "buy", "metric": { "type": "distinct", "property": "properties.kind" }, "target": 1000 }] },
            { "code": "visits", "enrollment": "explicit", "objectives": [{ "code": "o", "event_name": "visit", "metric": { "type": "count" }, "target": 100 }] }
          ],
          "badges": [{ "code": "helper", "name": "Helper" }],
          "tiers": [{ "code": "gold", "name": "Gold", "level": 1, "criteria_config": { "min_points": 5000 } }],
          "rewards": [{ "code": "coupon", "name": "Coupon", "type": "coupon", "code_pool": true }, { "code": "mug", "name": "Mug", "type": "physical", "points_cost": 1 }]
        }
        """;

    // Whatever is sent there comes back, as an answer that is taken and as one that is not.
    private readonly Receiver _taking = Echo("200 OK");
    private readonly Receiver _failing = Echo("500 Oops");
    private readonly List<string> _canaries = [];
    private readonly string _run = Guid.NewGuid().ToString("N")[..12];
    private int _others;

    public ErasureStory() => Participant = Canary("id", " ü/%");

    /// <summary>The participant that is erased.</summary>
    public string Participant { get; }

    /// <summary>What must be nowhere.</summary>
    public IReadOnlyList<string> Canaries => _canaries;

    /// <summary>The key of an event of the participant.</summary>
    public string Key { get; } = Some.Key();

    /// <summary>The id of an event of the participant.</summary>
    public string EventId { get; private set; } = "";

    /// <summary>The webhook that takes everything.</summary>
    public string Webhook { get; private set; } = "";

    /// <summary>The requests that the webhook took.</summary>
    public IReadOnlyList<Received> Messages => _taking.Requests;

    /// <summary>Lets the server send to this machine. Before its start.</summary>
    public static void Prepare(LaurelServer server)
    {
        server.Settings["Laurel__Webhooks__AllowedNetworks"] = "127.0.0.0/8";
        server.Settings["Laurel__ParticipantRate__PerSecond"] = "0";
        server.FoldOften();
    }

    /// <summary>Plays it. Some of the participant's inputs are folded in the end, some are not, others' inputs lie between them, and every message was tried.</summary>
    public async Task PlayAsync(LaurelServer server)
    {
        var api = server.Test;
        Assert.True((await api.PutAsync(Api.Program, Program)).Status is 200 or 201);
        Assert.True((await api.PostAsync("/api/v1/gamify/admin/rewards/coupon/codes", """{"codes":["A","B","C","D","E","F"]}""")).Status is 200 or 201);
        Webhook = await WebhookServer.CreateAsync(api, "", _taking.Url);
        var failing = await WebhookServer.CreateAsync(api, "\"event_types\":[\"event.processed\"]", _failing.Url);

        var first = await api.PostEventAsync(Some.Event(Participant, "buy", Properties("buy")), Key);
        EventId = Expect.Processed(first);
        Expect.Processed(await api.PostEventAsync(Some.Event(Participant, Canary("name", " of an event"), Properties("event"))));
        Expect.Processed(await api.PostEventAsync(Some.Event(Participant, Canary("second-name"), $$"""{"long":"{{Canary("long")}}{{RandomNumberGenerator.GetHexString(20_000)}}"}""")));
        await OthersAsync(api, 120);
        Expect.Processed(await api.PostEventAsync(Some.Event(Participant, "session", """{"amount":40}""")));
        await AwardAsync(api, "award", "A");
        await AwardAsync(api, "deduct", "D");
        var enrolled = await api.PostAsync("/api/v1/gamify/challenges/visits/enroll", $$"""{"participant_id":{{Some.Json(Participant)}}}""", ("Idempotency-Key", Some.Key()));
        Assert.True(enrolled.Status is 200 or 201, enrolled.ToString());
        await WriteProfileAsync(api);
        await BestowAsync(api);
        await OthersAsync(api, 20);
        Expect.Processed(await api.PostEventAsync(Some.Event(Participant, Canary("last-name"), Properties("last"))));

        // One that fails is tried ever more seldom: some of its messages wait for ever.
        await UntilToldAsync(api, failing, _canaries[0]);
        await UntilToldAsync(api, Webhook, _canaries[^1]);
    }

    private static Task UntilToldAsync(Api api, string webhook, string text) => Wait.UntilAsync($"an answer of {webhook} holds {text}", async () =>
        (await api.GetAsync($"{webhook}/attempts?page_size=100")).Json.GetProperty("attempts").EnumerateArray()
            .Any(attempt => attempt.GetProperty("answer").GetString()!.Contains(text, StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        await _taking.DisposeAsync();
        await _failing.DisposeAsync();
    }

    private static Receiver Echo(string status) => new Receiver(async (stream, request, cancellation) =>
    {
        var body = Encoding.UTF8.GetBytes(request.Body);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\ncontent-length: {body.Length}\r\n\r\n"), cancellation);
        await stream.WriteAsync(body, cancellation);
        return true;
    }).Start();

    // Other participants' inputs between them, so that pages, folds and the tail hold both.
    private async Task OthersAsync(Api api, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(100))
        {
            var reply = await api.PostBatchAsync(some.Select(_ => Some.Event($"other-{_run}-{_others++ % 15}", "buy", """{"kind":"other"}""")));
            Assert.True(reply.Status == 200, reply.ToString());
        }
    }

    private async Task AwardAsync(Api api, string what, string mark)
    {
        var metadata = $$"""{"{{Canary($"note-{mark}")}}":["{{Canary($"noted-{mark}")}}"]}""";
        var body = $$"""{"participant_id":{{Some.Json(Participant)}},"amount":5,"reason":"{{Canary($"reason-{mark}")}}","metadata":{{metadata}} }""";
        var reply = await api.PostAsync($"/api/v1/gamify/points/{what}", body, ("Idempotency-Key", Canary($"key-{mark}", isKept: false)));
        Assert.True(reply.Status == 200, reply.ToString());
    }

    // Said twice, so that what the log kept of the first saying is looked for, too.
    private async Task WriteProfileAsync(Api api)
    {
        foreach (var mark in (string[])["1", "2"])
        {
            var attributes = $$"""{"{{Canary($"attribute-{mark}")}}":"{{Canary($"attributed-{mark}")}}"}""";
            await SucceedAsync(api.PostAsync(
                "/api/v1/gamify/participants",
                $$"""{"participant_id":{{Some.Json(Participant)}},"display_name":"{{Canary($"display-{mark}")}}","avatar_url":"https://example.com/{{Canary($"avatar-{mark}")}}","attributes":{{attributes}} }"""));
        }
    }

    // A badge, a tier, and claims that move.
    private async Task BestowAsync(Api api)
    {
        var participant = $"\"participant_id\":{Some.Json(Participant)}";
        var metadata = $$"""{"{{Canary("badge-note")}}":"{{Canary("badge-noted")}}"}""";
        await SucceedAsync(api.PostAsync("/api/v1/gamify/badges/award", $$"""{ {{participant}},"badge_code":"helper","metadata":{{metadata}} }"""));
        await SucceedAsync(api.PostAsync("/api/v1/gamify/tiers/assign", $$"""{ {{participant}},"tier_code":"gold","reason":"{{Canary("tier-reason")}}"}""", ("Idempotency-Key", Some.Key())));
        foreach (var verb in (string[])["redeem", "cancel"])
        {
            var claim = await SucceedAsync(api.PostAsync("/api/v1/gamify/rewards/mug/claim", $$"""{ {{participant}} }""", ("Idempotency-Key", Some.Key())));
            await SucceedAsync(api.PostAsync($"/api/v1/gamify/admin/claims/{claim["claim_id"]}/{verb}", $$"""{"reason":"{{Canary($"{verb}-reason")}}"}"""));
        }
    }

    private static async Task<Reply> SucceedAsync(Task<Reply> call)
    {
        var reply = await call;
        Assert.True(reply.Status is 200 or 201, reply.ToString());
        return reply;
    }

    private string Properties(string of) =>
        $$"""{"kind":"{{Canary($"kind-{of}")}}","{{Canary($"property-{of}")}}":{"deep":["{{Canary($"value-{of}")}}",1.50]} }""";

    private string Canary(string of, string behind = "", bool isKept = true)
    {
        var canary = $"canary-{_run}-{of}";
        if (isKept)
        {
            _canaries.Add(canary);
        }

        return canary + behind;
    }
}
