using System.Globalization;
using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Load;

/// <summary>A request as bytes. <paramref name="Key"/> is the API key, <paramref name="IdempotencyKey"/> the header, both absent where null.</summary>
public sealed record GeneratedRequest(string Method, string Path, byte[]? Body, string? MediaType, string? Key, string? IdempotencyKey);

/// <summary>
/// Draws requests from one seed: most of them sound, the rest broken in every way that the error tables name, and in some that they do not.
/// Not safe for use by several threads.
/// </summary>
public sealed class GeneratedRequests(int seed, string goodKey, string disabledKey, TimeProvider time)
{
    /// <summary>Ids of all participants that requests may write.</summary>
    public static readonly IReadOnlyList<string> Participants =
        [.. Enumerable.Range(0, 40).Select(i => $"user_{i}"), "a/b", "100%", "a?b#c", "a+b c", "🦄", "שלום", new string('x', 255)];

    private static readonly string[] _names = ["purchase_completed", "loyalty_signup", "session_started", "other", "größe 🎉", new string('n', 100)];
    private static readonly string[] _wrongValues = ["null", "true", "7", "-1.5e3", "\"\"", "\"x\"", "[]", "{}", "[1]", "\"\\u0000\"", "\"\\ud800\"", "1e400", "\"2026-02-30T00:00:00Z\""];
    private static readonly string[] _members = ["participant_id", "event_name", "properties", "timestamp", "idempotency_key", "unknown", "a\\u0000"];
    private static readonly string[] _odd = [".", "..", "%00", "%ff", "%2F", "%25", "%", "%zz", "a%2", "+", "%20", "%F0%9F%A6%84", "%C0%80", "events", new string('y', 300)];

    private readonly Random _random = new(seed);

    public GeneratedRequest Next() => _random.Next(100) switch
    {
        < 46 => Post(Api.Events, Event(), header: _random.Next(4) == 0 ? Key() : null),
        < 60 => Post(Api.Batch, Batch(_random.Next(1, 13))),
        < 62 => Post(Api.Batch, Batch(_random.Next(2) == 0 ? 0 : 101)),
        < 70 => Post(_random.Next(3) == 0 ? Api.Batch : Api.Events, Mutated(Event())),
        < 75 => Post(Api.Events, WrongMembers()),
        < 77 => Post(Api.Events, Event(), header: Pick(["", "a b", "a/b", new string('k', 256), "\"\"", "{}"])),
        < 79 => Post(Api.Events, Event(key: "one"), header: "two"),
        < 81 => Post(Api.Events, Event()) with { Key = Pick<string?>([null, "", "x", $"{goodKey}0", goodKey.ToUpperInvariant(), disabledKey]) },
        < 82 => Post(Api.Events, Event()) with { MediaType = Pick(["text/plain", "application/xml", "multipart/form-data", "application/x-ndjson"]) },
        < 83 => Post(Api.Events, Event(properties: $$"""{"text":"{{new string('x', _random.Next(2) == 0 ? 40_000 : 300_000)}}"}""")),
        < 85 => new GeneratedRequest(Pick(["GET", "PUT", "DELETE", "PATCH", "POST"]), Pick(["/", "/api/v1/gamify", Api.Events, Api.Batch, "/api/v1/gamify/participants/p/events", $"{Api.Events}/x"]), null, null, goodKey, null),
        < 95 => Get(Api.PathOf(Pick(Participants)) + Room()),
        _ => Get($"/api/v1/gamify/participants/{Pick(_odd)}{Room()}"),
    };

    private GeneratedRequest Post(string path, string body, string? header = null) => Post(path, Encoding.UTF8.GetBytes(body), header);

    private GeneratedRequest Post(string path, byte[] body, string? header = null) => new("POST", path, body, "application/json", goodKey, header);

    private GeneratedRequest Get(string path) => new("GET", path, null, null, goodKey, null);

    private string Batch(int count) => $$"""{"events":[{{string.Join(',', Enumerable.Range(0, count).Select(_ => Event()))}}]}""";

    private string Event(string? key = null, string? properties = null) => Some.Event(
        // One in five is for the same participant, so that the cap is reached.
        _random.Next(5) == 0 ? Participants[0] : Pick(Participants),
        _random.Next(2) == 0 ? _names[0] : Pick(_names),
        properties ?? (_random.Next(10) == 0 ? null : Properties()),
        _random.Next(3) == 0 ? Timestamp() : null,
        key ?? (_random.Next(3) == 0 ? Key() : null));

    private string Properties() => $$"""{"amount":{{Number()}},"currency":"{{Pick(["USD", "USD", "USD", "EUR", ""])}}","nested":{{Value(0)}}}""";

    private string Number() => _random.Next(8) switch
    {
        0 => "-0",
        1 => "1e308",
        2 => "9223372036854775807",
        3 => "0.000000000000000000000000000001",
        4 => $"-{_random.Next(100)}.50",
        _ => $"{_random.Next(300)}.{_random.Next(100):00}",
    };

    private string Value(int depth) => _random.Next(depth > 5 ? 5 : 8) switch
    {
        0 => "null",
        1 => "true",
        2 => Number(),
        3 => "\"é 🦄 \\u05d0\"",
        4 => "\"\"",
        5 => $"[{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(i => $"\"m{i}\":{Value(depth + 1)}"))}}}",
    };

    private string Timestamp()
    {
        // Ten years back to two days ahead: a few are too far ahead.
        var at = time.GetUtcNow().UtcDateTime.AddMinutes(-_random.Next(5_000_000)).AddDays(_random.Next(30) == 0 ? 3652 : 0);
        return at.ToString(Pick(["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd' 'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.fffffff'+05:30'"]), CultureInfo.InvariantCulture);
    }

    private string Key() => $"key-{_random.Next(300)}";

    private string WrongMembers() =>
        $"{{{string.Join(',', Enumerable.Range(0, _random.Next(1, 7)).Select(_ => $"\"{Pick(_members)}\":{Pick(_wrongValues)}"))}}}";

    private byte[] Mutated(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body).ToList();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(["\0", "\\ud800", "{", "}", "]", "\"", ",", "e999", "\\u0000", Some.Times(70, "[")])));
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, _random.Next(40)));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private string Room() => _random.Next(4) switch
    {
        0 => "/state" + Pick(["", "?include=points", "?include=tier,badges", "?include=nothing", "?include="]),
        1 => "/facts" + Pick(["", "?kind=points.awarded", "?kind=nothing", "?page=2&page_size=3", "?page=-1"]),
        _ => "/events?" + string.Join('&', Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(
            ["page=1", "page=2", "page=0", "page=x", "page=999999999", "page_size=1", "page_size=100", "page_size=101", "from_date=2020-01-01", "from_date=x", "to_date=2025-12-31", "to_date=9999-12-31", "event_name=purchase_completed", "event_name=%00", "event_name=%ff"]))),
    };

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];
}
