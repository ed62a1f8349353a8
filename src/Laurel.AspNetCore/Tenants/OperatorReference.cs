using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Tenants;

/// <summary>What the API reference says of the operator's endpoints. Source: laurel-api.md "Operator".</summary>
internal static class OperatorReference
{
    private const string Tag = "Operator";

    private const string TenantExample =
        """
        { "tenant_id": "01KHDX4D00M3T9Y5QK2V7W8X9Y", "name": "Acme", "status": "active", "time_zone": "Europe/Berlin",
          "participant_rate": { "per_second": 10, "burst": 100 }, "created_at": "2026-02-14T10:00:00Z" }
        """;

    private const string KeyMembers =
        """
        "name": "web", "environment": "test", "scopes": ["participant"], "prefix": "bq_test_a1b2",
        "expires_at": null, "revoked_at": null, "created_at": "2026-02-14T10:00:00Z", "last_used_at": null
        """;

    private static readonly ParameterRow TenantId = new("tenant_id", "path", """{"type":"string"}""", "The tenant.");
    private static readonly ErrorRow NoTenant = new(404, "TENANT_NOT_FOUND", "There is no tenant of this tenant_id.");
    private static readonly ErrorRow BadPage = new(422, "unprocessable_entity", "page or page_size is wrong.");

    public static readonly EndpointDescription CreateTenant = new("createTenant", Tag, "Make a tenant")
    {
        Request = new("TenantRequest", """{ "name": "Acme", "time_zone": "Europe/Berlin", "participant_rate": { "per_second": 10, "burst": 100 } }"""),
        Answer = new(201, "The tenant.", new("Tenant", TenantExample))
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Location"] = "Path of the tenant." },
        },
    };

    public static readonly EndpointDescription ListTenants = new("listTenants", Tag, "List tenants")
    {
        Parameters = [ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(200, "A page of tenants, oldest first.", new("TenantList", $$"""{ "tenants": [{{TenantExample}}], "total": 1, "page": 1, "page_size": 50 }""")),
        Errors = [BadPage],
    };

    public static readonly EndpointDescription ReadTenant = new("readTenant", Tag, "Read a tenant")
    {
        Parameters = [TenantId],
        Answer = new(200, "The tenant.", new("Tenant", TenantExample)),
        Errors = [NoTenant],
    };

    public static readonly EndpointDescription ChangeTenant = new("changeTenant", Tag, "Change a tenant")
    {
        Text = "What is left out stays. A tenant that is disabled is refused with 403 within a second.",
        Parameters = [TenantId],
        Request = new("TenantChange", """{ "name": "Acme", "status": "active", "participant_rate": null }"""),
        Answer = new(200, "The tenant as it is now.", new("Tenant", TenantExample)),
        Errors = [NoTenant],
    };

    public static readonly EndpointDescription CreateKey = new("createKey", Tag, "Make a key")
    {
        Text = "The key itself stands in this answer and is never shown again: only its hash is kept.",
        Parameters = [TenantId],
        Request = new("KeyRequest", """{ "name": "web", "environment": "test", "scopes": ["participant"], "expires_at": null }"""),
        Answer = new(201, "The key.", new("Key", $$"""{ "key_id": "01KHDX4D00Q7R8S9T0V1W2X3Y4", "key": "bq_test_a1b2c3d4e5f60718293a4b5c6d7e8f90", {{KeyMembers}} }""")),
        Errors = [NoTenant],
    };

    public static readonly EndpointDescription ListKeys = new("listKeys", Tag, "List a tenant's keys")
    {
        Parameters = [TenantId, ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of keys, oldest first, revoked ones among them.",
            new("KeyList", $$"""{ "keys": [{ "key_id": "01KHDX4D00Q7R8S9T0V1W2X3Y4", {{KeyMembers}} }], "total": 1, "page": 1, "page_size": 50 }""")),
        Errors = [NoTenant, BadPage],
    };

    public static readonly EndpointDescription RevokeKey = new("revokeKey", Tag, "Revoke a key")
    {
        Text = "The key stops working within a second, for good. Revoking it again changes nothing.",
        Parameters = [TenantId, new("key_id", "path", """{"type":"string"}""", "The key.")],
        Answer = new(204, "The key is revoked.", null),
        Errors = [NoTenant, new(404, "KEY_NOT_FOUND", "The tenant has no key of this key_id.")],
    };

    public static readonly EndpointDescription ListOperatorKeys = new("listOperatorKeys", Tag, "List operator keys")
    {
        Parameters = [ParameterRow.Page, ParameterRow.PageSize],
        Answer = new(
            200,
            "A page of operator keys, oldest first, revoked ones among them.",
            new(
                "OperatorKeyList",
                """
                {
                  "keys": [
                    { "key_id": "01KHDX4D00Z9Y8X7W6V5T4S3R2", "name": "bootstrap", "prefix": "bq_op_a1b2c3",
                      "revoked_at": null, "created_at": "2026-02-14T10:00:00Z", "last_used_at": null }
                  ],
                  "total": 1,
                  "page": 1,
                  "page_size": 50
                }
                """)),
        Errors = [BadPage],
    };

    public static readonly EndpointDescription RevokeOperatorKey = new("revokeOperatorKey", Tag, "Revoke an operator key")
    {
        Text = "The last step of a rotation. A key cannot revoke itself, so that nobody locks themselves out.",
        Parameters = [new("key_id", "path", """{"type":"string"}""", "The key.")],
        Answer = new(204, "The key is revoked.", null),
        Errors =
        [
            new(404, "KEY_NOT_FOUND", "There is no operator key of this key_id."),
            new(409, "KEY_IN_USE", "The call is made with the very key that it would revoke."),
        ],
    };
}
