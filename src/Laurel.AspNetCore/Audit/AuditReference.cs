using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Audit;

/// <summary>What the API reference says of the audit log.</summary>
internal static class AuditReference
{
    private static readonly ParameterRow[] _parameters =
    [
        ParameterRow.Page,
        ParameterRow.PageSize,
        new("actor", "query", """{"type":"string","minLength":1,"maxLength":255}""", "Only what the key with this id or name did."),
        ParameterRow.FromDate,
        ParameterRow.ToDate,
    ];

    private static readonly ErrorRow[] _errors = [new(422, "unprocessable_entity", "page, page_size, actor or a date is wrong.")];

    public static readonly EndpointDescription List = new("listAuditLog", "Audit log", "See who changed what")
    {
        Text = "Every write under /gamify/admin that succeeded in the key's environment, newest first. Ids of participants are left as they stand in the route.",
        Parameters = _parameters,
        Answer = new(200, "A page of entries, newest first.", new("AuditLog", Page("POST", "/api/v1/gamify/admin/badges", "/api/v1/gamify/admin/badges/first_purchase", "bq_test_a1b2"))),
        Errors = _errors,
    };

    public static readonly EndpointDescription ListOperators = new("listOperatorAuditLog", "Operator", "See what operators changed")
    {
        Text = "Every write under /operator that succeeded, newest first.",
        Parameters = _parameters,
        Answer = new(200, "A page of entries, newest first.", new("AuditLog", Page("POST", "/api/v1/operator/tenants", "/api/v1/operator/tenants/01KHDX4D00M3T9Y5QK2V7W8X9Y", "bq_op_a1b2c3"))),
        Errors = _errors,
    };

    private static string Page(string method, string route, string path, string prefix) =>
        $$"""
        {
          "entries": [
            { "at": "2026-02-14T10:00:00Z", "actor": { "key_id": "01KHDX4D00Q7R8S9T0V1W2X3Y4", "name": "back office", "prefix": "{{prefix}}" },
              "method": "{{method}}", "route": "{{route}}", "path": "{{path}}", "status": 201, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736" }
          ],
          "total": 1, "page": 1, "page_size": 50
        }
        """;
}
