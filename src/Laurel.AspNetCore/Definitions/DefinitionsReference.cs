using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Definitions;

/// <summary>What the API reference says of the program. Source: laurel-api.md "Program", program.md.</summary>
internal static class DefinitionsReference
{
    private const string Tag = "Program";

    private const string Example =
        """
        {
          "time_zone": "Europe/Berlin",
          "point_rules": [
            { "code": "spend", "name": "1 point per dollar", "event_name": "purchase_completed",
              "where": { "property": "properties.currency", "op": "eq", "value": "USD" },
              "amount": { "property": "properties.amount", "multiply": 1, "round": "down", "max": 500 } }
          ],
          "badges": [
            { "code": "first_purchase", "name": "First purchase", "rarity": "common",
              "criteria": { "event_name": "purchase_completed", "metric": { "type": "count" }, "target": 1 } }
          ]
        }
        """;

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal) { ["ETag"] = "The version, in quotes." };

    public static readonly EndpointDescription Publish = new("publishProgram", Tag, "Publish the program of the key's environment")
    {
        Text = """
            The whole document is checked, with every fault at its place, and becomes the next version. A publish that has returned governs every later event.
            A definition left out is deactivated, never deleted. The same document again makes no new version.
            """,
        Parameters =
        [
            new("dry_run", "query", """{"type":"boolean","default":false}""", "Check and compare, and keep nothing."),
            new("If-Match", "header", """{"type":"string"}""", "Publish only on top of this version, for example `\"3\"`."),
        ],
        Request = new("Program", Example),
        Answer = new(
            200,
            "The program governs, or would after a dry run.",
            new(
                "Publication",
                """
                {
                  "version": 1,
                  "changes": [
                    { "kind": "time_zone", "code": "Europe/Berlin", "change": "added" },
                    { "kind": "point_rule", "code": "spend", "change": "added" },
                    { "kind": "badge", "code": "first_purchase", "change": "added" }
                  ],
                  "published_at": "2026-02-14T10:00:00Z"
                }
                """))
        {
            Headers = Headers,
        },
        Errors =
        [
            new(412, "PROGRAM_VERSION_MISMATCH", "If-Match names another version than the newest."),
            new(503, "PROGRAM_BUSY", "Others kept publishing meanwhile. Nothing was kept; send it again."),
        ],
    };

    public static readonly EndpointDescription Read = new("readProgram", Tag, "Read the program of the key's environment")
    {
        Answer = new(200, "The newest program, with its version; version 0 is the empty one.", new("Program", Example.Replace("{\n", "{\n  \"version\": 1,\n", StringComparison.Ordinal)))
        {
            Headers = Headers,
        },
    };
}
