using CsCheck;
using Laurel.Facts;

namespace Laurel.Core.Tests.Generated;

/// <summary>
/// Programs of every kind of definition, as text. All are accepted: what listens to facts stands where it closes no cycle. Badges <c>b…</c> hear events, <c>f…</c> hear facts and <c>g0</c> is given;
/// point rules <c>r…</c> pay for events, <c>f…</c> pay gems, which move no tier, for facts. Events are named <c>buy</c> and <c>login</c>, with the properties <c>n</c> and <c>s</c>.
/// </summary>
internal static class GeneratedPrograms
{
    /// <summary>Names of the events that the programs listen to.</summary>
    public static readonly string[] EventNames = ["buy", "login"];

    private static readonly string[] Kinds = [.. FactKinds.All.Skip(1)];

    private static readonly Gen<string> Heard = One(EventNames);

    private static readonly Gen<string> Where = One(
        "null", """{"property":"properties.n","op":"gt","value":0}""", """{"property":"properties.s","op":"contains","value":"A"}""", """{"property":"properties.s.0","op":"exists"}""",
        """{"not":{"property":"participant.badges","op":"contains","value":"b0"}}""", """{"property":"participant.tier","op":"in","value":["t0","t1"]}""",
        """{"any":[{"property":"properties.s","op":"matches","value":"^[A-Z]*$"},{"property":"properties.n","op":"not_in","value":[1,"5",null]}]}""",
        """{"property":"local_month","op":"ne","value":"2026-02"}""", """{"not":{"property":"local_day","op":"ends_with","value":"5"}}""", """{"property":"local_week","op":"exists"}""",
        """{"property":"participant.attributes.plan","op":"eq","value":"pro"}""");

    private static readonly Gen<string> Eligible = One("null", """{"property":"participant.attributes.x.y.1","op":"not_exists"}""", """{"property":"participant.badges","op":"contains","value":"b0"}""", """{"not":{"property":"participant.tier","op":"eq","value":"t1"}}""");

    private static readonly Gen<string> Expiry = One("", "", ""","expires_after":"P1D" """, ""","expires_after":"P1M" """, ""","expires_after":"PT90M" """);

    // Targets are reached after a few events, and fit into the shortest schedule below that they are used with.
    private static readonly Gen<string> Measure = Gen.OneOf(
        Gen.Select(Gen.Int[1, 8], target => $$""" "metric":{"type":"count"},"target":{{target}} """),
        Gen.Select(One("sum", "max", "min"), Gen.Int[1, 60], (type, target) => $$""" "metric":{"type":"{{type}}","property":"properties.n"},"target":{{target}} """),
        Gen.Select(One("properties.n", "properties.s"), Gen.Int[1, 5], (path, target) => $$""" "metric":{"type":"distinct","property":"{{path}}"},"target":{{target}} """));

    private static readonly Gen<string> PeriodMeasure = Gen.OneOf(
        Gen.Select(One("local_day", "local_week", "local_month"), Gen.Int[1, 4], (path, target) => $$""" "metric":{"type":"distinct","property":"{{path}}"},"target":{{target}} """),
        Gen.Select(One("daily", "weekly", "monthly"), Gen.Int[1, 4], (period, target) => $$""" "metric":{"type":"streak","period":"{{period}}"},"target":{{target}} """));

    private static readonly Gen<string> Amount = Gen.OneOf(
        One("1", "40", "1000000"),
        Gen.Select(One("down", "nearest", "up"), One("1", "0.5", "0.01", "1000000"), One("", ",\"max\":50", ",\"min\":3"), (round, factor, bounds) =>
            $$"""{"property":"properties.n","round":"{{round}}","multiply":{{factor}}{{bounds}}}"""));

    private static readonly Gen<string> Cap = Gen.OneOf(
        Gen.Const(""), Gen.Select(One("day", "week", "month", "year", "all_time"), Gen.Int[1, 200], (period, most) => $$""","cap":{"period":"{{period}}","amount":{{most}}}"""));

    private static readonly Gen<string> Reward = Gen.OneOf(
        Gen.Select(Gen.Int[1, 60], One("points", "gems"), Expiry, (amount, currency, expiry) => $$"""{"type":"points","amount":{{amount}},"currency":"{{currency}}"{{expiry}}}"""),
        Gen.Const("""{"type":"badge","code":"g0"}"""),
        Gen.Select(Gen.Int[0, 2], place => $$"""{"type":"reward","code":"c{{place}}"}"""));

    private static readonly Gen<string> Rewards = Reward.Array[0, 2].Select(rewards => $"[{string.Join(',', rewards)}]");

    private static readonly Gen<string> PointRule = Gen.Select(Heard, Where, Amount, One("points", "gems"), Gen.Select(Cap, Expiry, One("", "", ""","active_from":"2026-01-02T00:00:00Z" """)), (name, where, amount, currency, rest) =>
        $$""" "event_name":"{{name}}","where":{{where}},"amount":{{amount}},"currency":"{{currency}}"{{rest.Item1}}{{rest.Item2}}{{rest.Item3}} """);

    private static readonly Gen<string> FactRule = One([.. Kinds.Where(kind => kind != FactKinds.PointsAwarded)]).Select(kind => $$""" {{Hears(kind)}},"amount":2,"currency":"gems" """);

    private static readonly Gen<string> Badge = Gen.Select(Heard, Where, Gen.OneOf(Measure, PeriodMeasure), (name, where, measure) => $$""" "criteria":{"event_name":"{{name}}","where":{{where}},{{measure}}} """);

    private static readonly Gen<string> FactBadge = Gen.Select(One(Kinds), Gen.Int[1, 3], (kind, target) => $$""" "criteria":{ {{Hears(kind)}},"target":{{target}} } """);

    private static readonly Gen<string> Streak = Gen.Select(
        One("buy", "login", "badge.unlocked"), One("daily", "weekly", "monthly"), Gen.Int[0, 3], One("", ""","freezes":{"earned_every":2,"stockpile_max":2}"""), Gen.Select(Gen.Int[1, 3], Gen.Int[4, 9], Rewards, Rewards),
        (name, period, grace, freezes, steps) =>
            $$"""
             "event_name":"{{name}}"{{(name == "badge.unlocked" ? ""","where":{"property":"properties.badge_code","op":"eq","value":"b0"}""" : "")}},"period":"{{period}}","grace_periods":{{grace}}{{freezes}},
             "milestones":[{"count":{{steps.Item2}},"rewards":{{steps.Item4}}},{"count":{{steps.Item1}},"rewards":{{steps.Item3}}}]
            """);

    private static readonly Gen<string> Schedule = Gen.Frequency(
        (2, Gen.Const("null")),
        (1, Gen.Const("""{"starts_at":"2026-01-02T00:00:00Z","ends_at":"2026-03-01T00:00:00+05:30"}""")),
        (3, One("daily", "weekly", "monthly", "yearly").Select(recurrence => $$"""{"recurrence":"{{recurrence}}","ends_at":"2027-01-01T00:00:00Z"}""")),
        (2, One("PT6H", "P2D", "P1M").Select(rolling => $$"""{"rolling":"{{rolling}}"}""")));

    private static readonly Gen<string> Objective = Gen.Select(Gen.OneOf(Heard, Gen.Const("streak.milestone_reached")), Measure, Rewards, Where, (name, measure, rewards, where) => name.Contains('.', StringComparison.Ordinal)
        ? $$""" "event_name":"{{name}}","target":1,"rewards":{{rewards}} """
        : $$""" "event_name":"{{name}}","where":{{where}},{{measure}},"rewards":{{rewards}} """);

    private static readonly Gen<string> Challenge = Gen.Select(Schedule, One("automatic", "explicit"), Eligible, Objective.Array[1, 3], Gen.Select(One("\"all\"", "{\"any\":1}"), One("null", "1", "3", "50"), Rewards, Gen.Bool),
        (schedule, enrollment, eligibility, objectives, rest) =>
        {
            var texts = objectives.Select((objective, place) => $$"""{"code":"o{{place}}","requires":[{{(rest.Item4 && place > 0 ? "\"o0\"" : "")}}],{{objective}}}""");
            return $$"""
                 "schedule":{{schedule}},"enrollment":"{{enrollment}}","eligibility":{{eligibility}},"objectives":[{{string.Join(',', texts)}}],
                 "completion":{{rest.Item1}},"max_completions":{{rest.Item2}},"rewards":{{rest.Item3}}
                """;
        });

    // The lowest tier has nowhere to fall.
    private static readonly Gen<string> Tiers = Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Requalify(), Requalify(), (silver, gold, first, second) =>
        $$"""
        {"code":"t0","level":1,"criteria_config":{"min_points":0} },{"code":"t1","level":2,"criteria_config":{"min_points":{{silver}}}{{first}}},
        {"code":"t2","level":3,"criteria_config":{"min_points":{{silver + gold}}}{{second}}},{"code":"t3","level":4,"award_type":"manual"}
        """);

    private static readonly Gen<string> CatalogueReward = Gen.Select(
        One("coupon", "physical"), One("null", "0", "2", "1000000000"), Gen.Bool, One("null", "1", "3"), One("null", "\"2026-01-20T00:00:00Z\""), (type, stock, pool, claims, expiry) =>
            $$""" "type":"{{type}}","stock":{{stock}},"code_pool":{{(pool ? "true" : "false")}},"max_claims_per_participant":{{claims}},"expires_at":{{expiry}} """);

    /// <summary>Whole programs.</summary>
    public static readonly Gen<string> Whole = Gen.Select(
        One("null", "\"Europe/Berlin\"", "\"Asia/Kolkata\"", "\"America/St_Johns\"", "\"Pacific/Apia\""),
        Gen.Select(PointRule.Array[0, 3], FactRule.Array[0, 2]),
        Gen.Select(Badge.Array[1, 3], FactBadge.Array[0, 2]),
        Gen.Select(Challenge.Array[0, 3], Streak.Array[0, 2]),
        Gen.Select(Tiers, CatalogueReward.Array[3]),
        (zone, rules, badges, played, rest) =>
            $$"""
            {"time_zone":{{zone}},"currencies":[{"code":"points"},{"code":"gems"}],
             "point_rules":[{{Coded(("r", rules.Item1), ("f", rules.Item2))}}],
             "badges":[{"code":"g0"},{{Coded(("b", badges.Item1), ("f", badges.Item2))}}],
             "challenges":[{{Coded(("c", played.Item1))}}],
             "streaks":[{{Coded(("s", played.Item2))}}],
             "tiers":[{{rest.Item1}}],
             "rewards":[{{Coded(("c", rest.Item2))}}]}
            """);

    private static Gen<string> Requalify() => Gen.OneOf(
        Gen.Const(""),
        Gen.Select(One("daily", "weekly", "monthly", "yearly"), Gen.Int[1, 90], One("one_level_down", "lowest"), (period, points, fall) =>
            $$""","requalify":{"period":"{{period}}","min_points":{{points}},"else":"{{fall}}"}"""));

    private static Gen<string> One(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(place => choices[place]);

    // Badges for facts may in turn be what a rule for facts hears.
    private static string Hears(string kind) =>
        $"\"event_name\":\"{kind}\"" + (kind == FactKinds.BadgeUnlocked ? ""","where":{"property":"properties.badge_code","op":"in","value":["b0","g0"]}""" : "");

    private static string Coded(params (string Letter, string[] Definitions)[] groups) => string.Join(
        ',', groups.SelectMany(group => group.Definitions.Select((definition, place) => $$"""{"code":"{{group.Letter}}{{place}}",{{definition}}}""")));
}
