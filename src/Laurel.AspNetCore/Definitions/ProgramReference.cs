using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Definitions;

/// <summary>What the API reference says of the program. Source: laurel-api.md "Program", program.md.</summary>
internal static class ProgramReference
{
    public const string Tag = "Program";

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

    public static readonly ParameterRow DryRun = new("dry_run", "query", """{"type":"boolean","default":false}""", "Check and compare, and keep nothing.");

    public static readonly ParameterRow IfMatch = new("If-Match", "header", """{"type":"string"}""", "Publish only on top of this version, for example `\"3\"`.");

    public static readonly IReadOnlyList<ErrorRow> PublishErrors =
    [
        new(412, "PROGRAM_VERSION_MISMATCH", "If-Match names another version than the newest."),
        new(503, "PROGRAM_BUSY", "Others kept publishing meanwhile. Nothing was kept; send it again."),
    ];

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal) { ["ETag"] = "The version, in quotes." };

    public static readonly EndpointDescription Publish = new("publishProgram", Tag, "Publish the program of the key's environment")
    {
        Text = """
            The whole document is checked, with every fault at its place, and becomes the next version. A publish that has returned governs every later event.
            A definition left out is deactivated, never deleted. The same document again makes no new version. A change that touches what participants have
            reached says so in `progress`.
            """,
        Parameters = [DryRun, IfMatch],
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
        Errors = PublishErrors,
    };

    public static readonly EndpointDescription Read = new("readProgram", Tag, "Read the program of the key's environment")
    {
        Answer = new(200, "The newest program, with its version; version 0 is the empty one.", new("Program", Example.Replace("{\n", "{\n  \"version\": 1,\n", StringComparison.Ordinal)))
        {
            Headers = Headers,
        },
    };

    public static readonly EndpointDescription ListVersions = new("listProgramVersions", Tag, "List the versions of the program")
    {
        Parameters = [ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of versions, newest first.",
            new(
                "ProgramVersionList",
                """
                { "versions": [{ "version": 1, "published_at": "2026-02-14T10:00:00Z", "published_by": "01KHDX4D00M3T9Y5QK2V7W8X9Y" }],
                  "total": 1, "page": 1, "page_size": 50 }
                """)),
        Errors = [new(422, "unprocessable_entity", "page or page_size is wrong.")],
    };

    public static readonly EndpointDescription ReadVersion = new("readProgramVersion", Tag, "Read one version of the program")
    {
        Text = "As it was kept: with the definitions that its document had left out, not active.",
        Parameters = [new("version", "path", """{"type":"integer","minimum":1}""", "The version.")],
        Answer = new(200, "That program, with its version.", new("Program", Example.Replace("{\n", "{\n  \"version\": 1,\n", StringComparison.Ordinal)))
        {
            Headers = Headers,
        },
        Errors = [new(404, "PROGRAM_VERSION_NOT_FOUND", "The program has no such version.")],
    };
}
