using System.Text.Json;
using System.Text.RegularExpressions;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Access;

/// <summary>
/// A tenant that has something of everything, made from the document's own examples, and the values that stand for it in paths. A parameter that is not known
/// here has a value that nothing has: its operation is called all the same.
/// </summary>
internal sealed partial record FilledTenant(TestTenant Tenant, IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Codes)
{
    private const string NothingHas = "nothing_has_this";

    public static async Task<FilledTenant> CreateAsync(LaurelServer server, JsonElement document)
    {
        var tenant = await TestTenant.CreateAsync(server.Operator, server.Test);
        var codes = await DefineAsync(tenant.Admin, document);
        var emitted = Made(await tenant.Admin.PostAsync(Api.Events, ExampleOf(document, Api.Events, "post").GetRawText()), 200);
        var webhook = Made(await tenant.Admin.PostAsync(Api.Webhooks, """{"url":"https://example.com/of-this-tenant-alone"}"""), 201);
        var keys = Made(await server.Operator.GetAsync($"{Api.Tenants}/{tenant.Id}/keys"), 200);
        return new FilledTenant(
            tenant,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["participant_id"] = ExampleOf(document, Api.Events, "post").GetProperty("participant_id").GetString()!,
                ["event_id"] = emitted["event_id"]!,
                ["fact_id"] = emitted["fact_id"]!,
                ["message_id"] = emitted["fact_id"]!,
                ["webhook_id"] = webhook["webhook_id"]!,
                ["version"] = "1",
                ["tenant_id"] = tenant.Id,
                ["key_id"] = keys.Json.GetProperty("keys")[0].GetProperty("key_id").GetString()!,
            },
            codes);
    }

    /// <summary>What stands for this tenant's own in a path.</summary>
    public string ValueOf(string parameter, string before) => parameter == "code" ? Codes.GetValueOrDefault(before, NothingHas) : Values.GetValueOrDefault(parameter, NothingHas);

    /// <summary>A value of the same form that nothing has.</summary>
    public string StrangeValueOf(string parameter, string before) => parameter switch
    {
        "code" => NothingHas,
        "version" => "7",
        "participant_id" => "somebody_else",
        _ => Values.ContainsKey(parameter) ? "00000000000000000000000000" : NothingHas,
    };

    /// <summary>An answer without what differs from call to call, and without the ids that were asked for.</summary>
    public static string Shown(Reply reply, ApiOperation operation, Func<string, string, string> valueOf)
    {
        var text = TraceId().Replace(reply.Text, "");
        var segments = operation.Path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i].StartsWith('{') && segments[i] != "{version}")
            {
                text = text.Replace(valueOf(segments[i].Trim('{', '}'), segments[i - 1]), segments[i], StringComparison.Ordinal);
            }
        }

        return $"{reply.Status} {(segments.Contains("{version}", StringComparer.Ordinal) ? "" : text)}";
    }

    /// <summary>Texts that stand in this tenant's answers, and may stand in nobody else's.</summary>
    public IEnumerable<string> Secrets =>
        Values.Where(value => value.Key is "event_id" or "fact_id" or "webhook_id").Select(value => value.Value).Append("of-this-tenant-alone");

    [GeneratedRegex("\"trace_id\":\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TraceId();

    // The example of the whole program, and beside it that of each kind of definition which it has none of: the codes by the segment in front of them.
    private static async Task<IReadOnlyDictionary<string, string>> DefineAsync(Api admin, JsonElement document)
    {
        var program = ExampleOf(document, Api.Program, "put");
        Made(await admin.PutAsync(Api.Program, program.GetRawText()), 200);
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Where(path => path.EndsWith("/{code}", StringComparison.Ordinal)))
        {
            var list = path[..^"/{code}".Length];
            var name = list.Split('/')[^1];
            if (program.TryGetProperty(name.Replace('-', '_'), out var definitions) && definitions.GetArrayLength() > 0)
            {
                codes.Add(name, definitions[0].GetProperty("code").GetString()!);
            }
            else if (document.GetProperty("paths").TryGetProperty(list, out var operations) && operations.TryGetProperty("post", out _))
            {
                var example = ExampleOf(document, list, "post");
                Made(await admin.PostAsync(list, example.GetRawText()), 201);
                codes.Add(name, example.GetProperty("code").GetString()!);
            }
        }

        return codes;
    }

    private static JsonElement ExampleOf(JsonElement document, string path, string method) =>
        document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example");

    private static Reply Made(Reply reply, int status)
    {
        Assert.True(reply.Status == status, reply.ToString());
        return reply;
    }
}
