using System.Globalization;
using System.Text;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Load;

namespace Laurel.Server.Tests.Differential;

/// <summary>Draws what callers write by hand for <see cref="RichProgram"/>: points, badges, tiers, streaks, profiles, claims, erasures. Not safe for use by several threads.</summary>
internal sealed class DrawnWrites(int seed, string key, TimeProvider time)
{
    private const string Base = "/api/v1/gamify";

    private readonly Random _random = new(seed);
    private readonly List<string> _claims = ["01M844MXYP6ENPXEN7RGFP6001"];
    private int _drawn;

    public GeneratedRequest Next() => _random.Next(13) switch
    {
        0 => Keyed("/points/award", $"\"amount\":{_random.Next(1, 120)},\"reason\":\"größe\",\"metadata\":{{\"n\":2.50}}"),
        1 => Keyed("/points/deduct", $"\"amount\":{_random.Next(1, 60)},\"currency\":\"{Pick(["points", "gems", "nothing"])}\""),
        2 => Post("/badges/award", $"\"badge_code\":\"{Pick(["regular", "varied", "days", "nothing"])}\",\"metadata\":{{\"by\":\"hand\"}}"),
        3 => Keyed("/tiers/assign", $"\"tier_code\":\"{Pick(["bronze", "silver", "gold", "nothing"])}\",\"reason\":\"because\""),
        4 or 5 => Post("/streaks/record", $"\"streak_code\":\"{Pick(["visits", "visits", "nothing"])}\"{(_random.Next(2) == 0 ? "" : $",\"timestamp\":\"{Day()}\"")}"),
        6 => Post("/participants", Changes()),
        7 or 8 => Keyed($"/rewards/{Pick(["shirt", "shirt", "mug", "nothing"])}/claim"),
        9 or 10 => Move($"/admin/claims/{_claims[Math.Max(0, _claims.Count - 1 - _random.Next(6))]}/{Pick(["redeem", "cancel"])}"),
        11 => new GeneratedRequest("GET", Api.PathOf(Participant()) + "/claims", null, null, key, null),
        12 when _random.Next(4) == 0 => new GeneratedRequest("DELETE", $"{Base}/admin/participants/{Participant()}", null, null, key, null),
        _ => Post("/participants", Changes()) with { Method = "PATCH", Path = Api.PathOf(Participant()) },
    };

    /// <summary>Remembers a claim that there is.</summary>
    public void NoteClaim(string id) => _claims.Add(id);

    private string Changes() => Pick(
    [
        "\"display_name\":\"Zoë 🎉\"", "\"display_name\":null,\"avatar_url\":\"https://example.com/é.png\"", "\"attributes\":{\"plan\":\"pro\",\"n\":2.50}",
        "\"attributes\":{\"plan\":null,\"deep\":{\"x\":1E3}}", "\"attributes\":null", "\"avatar_url\":\"ftp://x\"",
    ]);

    private string Day() => time.GetUtcNow().AddDays(-_random.Next(9)).ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture);

    private string Participant() => $"user_{_random.Next(12)}";

    private GeneratedRequest Keyed(string path, string? members = null) => Post(path, members) with { IdempotencyKey = $"by-hand-{++_drawn}" };

    private GeneratedRequest Move(string path) =>
        new("POST", Base + path, Encoding.UTF8.GetBytes("""{"reason":"größe"}"""), "application/json", key, $"by-hand-{++_drawn}");

    private GeneratedRequest Post(string path, string? members)
    {
        var body = $"{{\"participant_id\":\"{Participant()}\"{(members is null ? "" : $",{members}")}}}";
        return new GeneratedRequest("POST", Base + path, Encoding.UTF8.GetBytes(body), "application/json", key, null);
    }

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];
}
