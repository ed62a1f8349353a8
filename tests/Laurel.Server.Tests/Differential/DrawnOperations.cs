using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Laurel.Core.Tests.Generated;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Load;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// Draws operations from one seed: everything that callers and time can do to an environment, in the order in which one caller does it. What was answered is noted, so
/// that later operations name events, facts and webhooks that there are. Not safe for use by several threads.
/// </summary>
internal sealed class DrawnOperations(int seed, string key, string unknownKey, TimeProvider time)
{
    private const string Admin = "/api/v1/gamify/admin";

    private static readonly string[] Names = ["purchase_completed", "purchase_completed", "session_started", "session_started", "loyalty_signup", "buy", "login"];
    private static readonly string[] Kinds = ["event", "points.awarded", "points.expired", "badge.unlocked", "challenge.enrolled", "challenge.completed", "tier.changed", "reward.granted", "streak.extended", "nothing"];
    private static readonly string[] Types = ["\"*\"", "\"points.*\"", "\"event.processed\"", "\"badge.unlocked\",\"tier.changed\"", "\"nonsense\""];
    private static readonly string[] Includes = ["", "?include=points", "?include=badges,streaks", "?include=tier,rewards", "?include=challenges"];

    private static readonly (string Route, string Code, string[] Changes)[] Definitions =
    [
        ("point-rules", "spend", ["""{"amount":3}""", """{"name":"Spent"}""", """{"is_active":false}""", """{"is_active":true}""", """{"amount":-1}"""]),
        ("badges", "regular", ["""{"rarity":"epic"}""", """{"rarity":"shiny"}""", """{"description":"größe 🎉"}"""]),
        ("challenges", "week", ["""{"max_completions":5}""", """{"is_active":false}""", """{"is_active":true}"""]),
        ("tiers", "silver", ["""{"criteria_config":{"min_points":150}}""", """{"color":"#c0c0c0"}"""]),
        ("rewards", "coupon", ["""{"max_claims_per_participant":9}""", """{"name":"Coupon"}"""]),
        ("streaks", "visits", ["""{"name":"Visits"}""", "{"]),
    ];

    private readonly Random _random = new(seed);
    private readonly DrawnWrites _hand = new(seed, key, time);
    private readonly PCG _programs = new(1, (ulong)(uint)seed);
    private readonly GeneratedRequests _shapes = new(seed, key, unknownKey, time);
    private readonly List<GeneratedRequest> _keyed = [];
    private readonly List<string> _events = ["01M844MXYP6ENPXEN7RGFP6000", "x"];
    private readonly List<string> _facts = ["01M844MXYP6ENPXEN7RGFP6001"];
    private readonly List<string> _webhooks = ["01M844MXYP6ENPXEN7RGFP6001"];
    private readonly List<string> _tags = ["\"1\""];
    private int _drawn;

    public Operation Next() => _random.Next(1000) switch
    {
        < 230 => new Ask("any shape", _shapes.Next()),
        < 460 => new Ask("event", Keyed(Api.Events, Event())),
        < 520 => new Ask("batch", Post(Api.Batch, $$"""{"events":[{{string.Join(',', Enumerable.Range(0, _random.Next(1, 20)).Select(_ => Event()))}}]}""")),
        < 570 => new Ask("retry", Retry()),
        < 600 => new Ask("enrolment", Keyed($"/api/v1/gamify/challenges/{Pick(["month_long", "c0", "c1", "nothing"])}/enroll", $$"""{"participant_id":{{Some.Json(Participant())}}}""")),
        < 612 => new Ask("publish", Publish()),
        < 640 => new Ask("definition", Definition(), Tag()),
        < 660 => new Ask("codes", Codes()),
        < 710 => new Ask("read", Read()),
        < 780 => new Ask("by hand", _hand.Next()),
        < 820 => new Ask("trace", Get($"/api/v1/gamify/events/{(_random.Next(20) == 0 ? _events[0] : Recent(_events))}/trace")),
        < 840 => new Ask("dry run", Post(Api.Events + "?dry_run=true", Event())),
        < 920 => new Ask("webhook", Webhook(), Tag()),
        < 950 => new Deliver(_random.Next()),
        _ => new Jump(Span()),
    };

    /// <summary>Remembers what an answer names.</summary>
    public void Note(Ask asked, Reply reply)
    {
        if (reply.Status is not (200 or 201) || reply.MediaType != "application/json")
        {
            return;
        }

        if (asked.Kind is "event" or "batch" or "by hand" or "any shape" && asked.Request.Method == "POST")
        {
            var answers = reply.Json.TryGetProperty("results", out var results) ? results.EnumerateArray() : new[] { reply.Json }.AsEnumerable();
            foreach (var answer in answers)
            {
                NoteEvent(answer);
            }
        }
        else if (asked.Kind == "webhook" && reply.Status == 201)
        {
            _webhooks.Add(reply["webhook_id"]!);
        }

        if (reply.Header("ETag") is { } tag)
        {
            _tags.Add(tag);
        }
    }

    private void NoteEvent(JsonElement answer)
    {
        if (answer.TryGetProperty("event_id", out var id) && id.ValueKind == JsonValueKind.String)
        {
            _events.Add(id.GetString()!);
        }

        if (answer.TryGetProperty("claim_id", out var claim))
        {
            _hand.NoteClaim(claim.GetString()!);
        }

        if (answer.TryGetProperty("rewards_granted", out var granted))
        {
            _facts.AddRange(granted.EnumerateArray().Select(fact => fact.TryGetProperty("fact_id", out var factId) ? factId.GetString() : null).OfType<string>());
        }
    }

    private GeneratedRequest Keyed(string path, string body)
    {
        var request = Post(path, body) with { IdempotencyKey = $"drawn-{++_drawn}" };
        _keyed.Add(request);
        return request;
    }

    // One in four is changed: the first answer comes back all the same, and says so.
    private GeneratedRequest Retry()
    {
        if (_keyed.Count == 0)
        {
            return Keyed(Api.Events, Event());
        }

        var request = Recent(_keyed);
        return _random.Next(4) > 0 ? request : Post(request.Path, request.Path == Api.Events ? Event() : Encoding.UTF8.GetString(request.Body!)) with { IdempotencyKey = request.IdempotencyKey };
    }

    private string Event() => Some.Event(
        Participant(),
        Pick(Names),
        $$"""{"amount":{{_random.Next(90)}}.{{_random.Next(100):00}},"currency":"{{Pick(["USD", "USD", "EUR"])}}","n":{{_random.Next(-5, 60)}},"s":{{Pick(["\"A\"", "\"B\"", "\"abc\"", "[\"A\"]", "null"])}}}""",
        _random.Next(3) > 0 ? null : time.GetUtcNow().AddMinutes(-_random.Next(60 * 1440)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffK", CultureInfo.InvariantCulture));

    private GeneratedRequest Publish()
    {
        var program = _random.Next(12) switch
        {
            0 => """{"point_rules":[{"code":"spend","amount":"many"}]}""",
            < 5 => GeneratedPrograms.Whole.Generate(_programs, null, out _),
            _ => RichProgram.Text,
        };
        return Post(Api.Program + (_random.Next(4) == 0 ? "?dry_run=true" : ""), program) with { Method = "PUT" };
    }

    private GeneratedRequest Definition()
    {
        var (route, code, changes) = Pick(Definitions);
        return _random.Next(8) switch
        {
            0 => Get($"{Admin}/{route}?page_size={_random.Next(1, 4)}&page={_random.Next(1, 3)}"),
            1 => Get($"{Admin}/{route}/{code}"),
            2 => Get(Api.Program + Pick(["", "/versions", "/versions?page_size=2&page=2", "/versions/1", "/versions/3", "/versions/99999"])),
            3 => new GeneratedRequest("DELETE", $"{Admin}/{route}/{code}", null, null, key, null),
            4 => Post($"{Admin}/badges", $$"""{"code":"made_{{_random.Next(9)}}","name":"Made","criteria":{"event_name":"buy","metric":{"type":"count"},"target":{{_random.Next(0, 6)}} } }"""),
            _ => Post($"{Admin}/{route}/{code}", Pick(changes)) with { Method = "PATCH" },
        };
    }

    private GeneratedRequest Codes()
    {
        var reward = $"{Admin}/rewards/{Pick(["coupon", "coupon", "c0", "c1", "mug", "nothing"])}";
        var codes = Enumerable.Range(0, _random.Next(1, 6)).Select(_ => $"CODE-{_random.Next(400)}").ToArray();
        return _random.Next(3) switch
        {
            0 => Get($"{reward}/stock"),
            1 => Post($"{reward}/codes", $"code\n{string.Join('\n', codes)}\n") with { MediaType = "text/csv; header=present" },
            _ => Post($"{reward}/codes", JsonSerializer.Serialize(new { codes })),
        };
    }

    private GeneratedRequest Read() => Get(Api.PathOf(Participant()) + _random.Next(6) switch
    {
        0 => "/state" + Pick(Includes),
        1 => $"/facts?page_size={_random.Next(1, 101)}&page={_random.Next(1, 4)}" + (_random.Next(2) == 0 ? $"&kind={Pick(Kinds)}" : ""),
        4 => Pick(["", "/points", "/points/transactions?page_size=3", "/tier", "/streaks"]),
        5 => "/badges" + Pick(["", "?earned_only=true", "?badge_codes=days,regular", "?earned_only=maybe"]),
        2 => "/challenges" + Pick(["", "?status=active", "?status=completed", "?page_size=1&page=2"]),
        _ => $"/events?page_size={_random.Next(1, 101)}&page={_random.Next(1, 4)}" + (_random.Next(2) == 0 ? $"&event_name={Pick(Names)}" : "")
            + (_random.Next(3) == 0 ? $"&from_date={Day()}" : "") + (_random.Next(3) == 0 ? $"&to_date={Day()}" : ""),
    });

    private GeneratedRequest Webhook()
    {
        var one = $"{Api.Webhooks}/{Recent(_webhooks)}";
        var page = $"?page_size={_random.Next(1, 20)}&page={_random.Next(1, 3)}";
        return _random.Next(24) switch
        {
            < 5 => Post(Api.Webhooks, $$"""{"url":"{{Pick(["https://example.com/hook", "https://example.org/hook", "http://127.0.0.1/hook"])}}","event_types":[{{Pick(Types)}}],"description":"größe","secret":"{{Secret()}}"}"""),
            < 7 => Post(one, $$"""{"event_types":[{{Pick(Types)}}]}""") with { Method = "PATCH" },
            7 => Post(one, $$"""{"status":"{{Pick(["enabled", "disabled", "gone"])}}"}""") with { Method = "PATCH" },
            8 => Get(Api.Webhooks + page + Pick(["", "&status=enabled", "&status=disabled"])),
            9 => Get(one),
            10 => Post($"{one}/rotate-secret", $$"""{"secret":"{{Secret()}}"}"""),
            11 => Post($"{one}/{Pick(["enable", "disable"])}", "{}"),
            12 => _random.Next(3) == 0 ? new GeneratedRequest("DELETE", one, null, null, key, null) : Get(one),
            < 16 => Get($"{one}/attempts{page}" + Pick(["", "&outcome=failed", "&outcome=delivered", "&outcome=dead", $"&message_id={Recent(_facts)}"])),
            < 18 => Get($"{one}/dead-letters{page}"),
            < 20 => Post($"{one}/dead-letters/replay", $$"""{"since":"{{Day()}}T00:00:00Z"}"""),
            < 22 => Post($"{one}/messages/{Recent(_facts)}/replay", "{}"),
            _ => Get($"{one}/history{page}"),
        };
    }

    private string? Tag() => _random.Next(4) == 0 ? Recent(_tags) : null;

    private string Secret()
    {
        var bytes = new byte[32];
        _random.NextBytes(bytes);
        return $"whsec_{Convert.ToBase64String(bytes)}";
    }

    private TimeSpan Span() => _random.Next(6) switch
    {
        0 => TimeSpan.FromSeconds(_random.Next(1, 60)),
        1 or 2 => TimeSpan.FromMinutes(_random.Next(1, 600)),
        3 or 4 => TimeSpan.FromHours(_random.Next(1, 50)),
        _ => TimeSpan.FromDays(_random.Next(1, 20)),
    };

    private string Participant() => _random.Next(6) == 0 ? Pick(GeneratedRequests.Participants) : $"user_{_random.Next(12)}";

    private string Day() => time.GetUtcNow().AddDays(-_random.Next(40)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private GeneratedRequest Post(string path, string body) => new("POST", path, Encoding.UTF8.GetBytes(body), "application/json", key, null);

    private GeneratedRequest Get(string path) => new("GET", path, null, null, key, null);

    // Mostly one of the newest, now and then any.
    private T Recent<T>(List<T> choices) => choices[_random.Next(5) == 0 ? _random.Next(choices.Count) : Math.Max(0, choices.Count - 1 - _random.Next(8))];

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];
}
