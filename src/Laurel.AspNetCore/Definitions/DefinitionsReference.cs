using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Definitions;

/// <summary>What the API reference says of the definitions of one section. Source: gamification-api.md "Admin definitions", program.md.</summary>
internal sealed record DefinitionsReference(
    EndpointDescription List,
    EndpointDescription Create,
    EndpointDescription Read,
    EndpointDescription Replace,
    EndpointDescription Change,
    EndpointDescription Deactivate)
{
    private const string Tag = "Definitions";

    private const string DryRunText = "With `dry_run=true` the answer is 200 with the changes, as of a publish.";

    private static readonly ParameterRow Code = new("code", "path", """{"type":"string"}""", "The definition.");
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal) { ["ETag"] = "The program's version, in quotes." };

    /// <summary>Describes the six endpoints of <paramref name="section"/>.</summary>
    public static DefinitionsReference Of(DefinitionSection section)
    {
        var (schema, plural, example) = ExampleOf(section.Name);
        var (word, noun) = (section.Word, section.Noun);
        var listed = section.Name.Replace('_', ' ');
        var one = new BodyRow(schema, example);
        var missing = new ErrorRow(404, "DEFINITION_NOT_FOUND", $"The program has no {word} of this code.");
        ErrorRow[] errors = [missing, .. ProgramReference.PublishErrors];
        ParameterRow[] ofWrite = [Code, ProgramReference.DryRun, ProgramReference.IfMatch];
        var tried = new AnswerRow(
            200,
            "With `dry_run=true`: what would change.",
            new("Publication", $$"""{ "version": 3, "changes": [{ "kind": "{{word.Replace(' ', '_')}}", "code": "a_code", "change": "changed" }], "published_at": "2026-02-14T10:00:00Z" }"""))
        { Headers = Headers };
        return new(
            new($"list{plural}", Tag, $"List {listed}")
            {
                Parameters = [ParameterRow.Page, ParameterRow.PageSize, new("is_active", "query", """{"type":"boolean"}""", "Only those that are active, or only those that are not.")],
                Answer = new(200, $"A page of {listed}, in the program's order.", new($"{schema}List", $$"""{ "{{section.Name}}": [{{example}}], "total": 1, "page": 1, "page_size": 50 }""")) { Headers = Headers },
                Errors = [new(422, "unprocessable_entity", "page, page_size or is_active is wrong.")],
            },
            new($"create{Single(plural)}", Tag, $"Add {noun} to the program")
            {
                Text = $"It is put after the others and makes the program's next version. {DryRunText}",
                Parameters = [ProgramReference.DryRun, ProgramReference.IfMatch],
                Request = one,
                Answer = new(201, $"The {word}.", one)
                {
                    Headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal) { ["Location"] = $"Path of the {word}." },
                },
                Tried = tried,
                Errors = [new(409, "DEFINITION_EXISTS", $"The program has {noun} of this code already, active or not."), .. ProgramReference.PublishErrors],
            },
            new($"read{Single(plural)}", Tag, $"Read {noun}")
            {
                Parameters = [Code],
                Answer = new(200, $"The {word}.", one) { Headers = Headers },
                Errors = [missing],
            },
            new($"replace{Single(plural)}", Tag, $"Replace {noun}")
            {
                Text = $"The whole {word}; what is left out takes its default. {DryRunText}",
                Parameters = ofWrite,
                Request = one,
                Answer = new(200, $"The {word} as it is now.", one) { Headers = Headers },
                Tried = tried,
                Errors = errors,
            },
            new($"change{Single(plural)}", Tag, $"Change members of {noun}")
            {
                Text = $"A JSON merge patch (RFC 7396): objects are merged, `null` removes a member, a list is replaced whole. {DryRunText}",
                Parameters = ofWrite,
                Request = new("DefinitionChange", """{ "name": "Another name" }"""),
                Answer = new(200, $"The {word} as it is now.", one) { Headers = Headers },
                Tried = tried,
                Errors = errors,
            },
            new($"deactivate{Single(plural)}", Tag, $"Deactivate {noun}")
            {
                Text = $"It stays listed with `is_active: false`, since participants hold what it granted. {DryRunText}",
                Parameters = ofWrite,
                Answer = new(204, "It is not active.", null) { Headers = Headers },
                Tried = tried,
                Errors = [.. errors, new(422, "unprocessable_entity", $"An active definition needs this {word}; `errors` names it.")],
            });
    }

    private static string Single(string plural) => plural[..^1];

    // The schema, the operations' plural, and a definition that a program without any other takes.
    private static (string Schema, string Plural, string Example) ExampleOf(string section) => section switch
    {
        "point_rules" => (
            "PointRule",
            "PointRules",
            """
            { "code": "spend", "name": "1 point per dollar", "event_name": "purchase_completed",
              "amount": { "property": "properties.amount", "multiply": 1, "round": "down", "max": 500 } }
            """),
        "badges" => (
            "Badge",
            "Badges",
            """
            { "code": "first_purchase", "name": "First purchase", "rarity": "common",
              "criteria": { "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 1 } }
            """),
        "challenges" => (
            "Challenge",
            "Challenges",
            """
            { "code": "five_good_buys", "name": "Five good buys",
              "objectives": [{ "code": "buy_five", "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 5 }],
              "rewards": [{ "type": "points", "amount": 100 }] }
            """),
        "streaks" => (
            "Streak",
            "Streaks",
            """
            { "code": "daily_login", "name": "Daily login", "event_name": "session_started", "period": "daily", "grace_periods": 1,
              "milestones": [{ "count": 7, "rewards": [{ "type": "points", "amount": 70 }] }] }
            """),
        "tiers" => ("Tier", "Tiers", """{ "code": "silver", "name": "Silver", "level": 2, "criteria_config": { "min_points": 1000 } }"""),
        "rewards" => (
            "CatalogueReward",
            "Rewards",
            """{ "code": "coupon10", "name": "10 % off", "type": "coupon", "stock": 100, "max_claims_per_participant": 1 }"""),
        _ => throw new InvalidOperationException($"The section {section} has no example."),
    };
}
