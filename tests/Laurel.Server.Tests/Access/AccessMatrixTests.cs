using System.Text.RegularExpressions;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Access;

/// <summary>
/// Every operation of the OpenAPI document, called with every key that must not work there: the status that semantics §1 and §2 say, no leak, no effect. A new
/// operation is in it as soon as it is in the document.
/// </summary>
public sealed partial class AccessMatrixTests : IAsyncLifetime
{
    private const string Malformed = "bq_test_0";
    private static readonly string _unknown = "bq_test_" + new string('0', 32);
    private static readonly string _unknownOperator = "bq_op_" + new string('0', 32);

    private readonly LaurelServer _server = new();
    private IReadOnlyList<ApiOperation> _operations = [];
    private FilledTenant _filled = null!;

    public async ValueTask InitializeAsync()
    {
        // Nothing is sent, so that no answer depends on when something arrived.
        _server.Settings["Laurel__Webhooks__Paused"] = "true";
        await _server.StartAsync();
        var document = (await _server.Anonymous.GetAsync("/openapi/v1.json")).Json;
        _operations = ApiOperation.All(document);
        _filled = await FilledTenant.CreateAsync(_server, document);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_key_that_does_not_fit_is_refused_alike_everywhere_and_changes_nothing()
    {
        var revoked = await RevokedAsync();
        var disabled = await DisabledAsync();
        var before = await ExportAsync();

        foreach (var operation in _operations.Where(operation => operation.Key != AskedKey.None))
        {
            Api[] strangers = operation.Key == AskedKey.Operator
                ? [
                    _server.Anonymous, _server.Operator.With(Malformed), _server.Operator.With(_unknownOperator), _server.Operator.With(_filled.Tenant.Admin.Key),
                    _filled.Tenant.Admin, _server.Test.With(_server.OperatorKey),
                ]
                : [
                    _server.Anonymous, _server.Test.With(Malformed), _server.Test.With(_unknown), _server.Test.With(_server.OperatorKey), _server.Test.With(revoked),
                    _server.Operator, _server.Operator.With(_filled.Tenant.Admin.Key),
                ];
            var bodies = new HashSet<string>(StringComparer.Ordinal);
            foreach (var stranger in strangers)
            {
                bodies.Add(await RefusedAsync(operation, stranger, 401));
            }

            Assert.True(bodies.Count == 1, $"{operation} answers strangers differently: {string.Join(" | ", bodies)}");
            if (operation.Key != AskedKey.Operator)
            {
                await RefusedAsync(operation, _server.Test.With(disabled), 403);
            }

            if (operation.Key == AskedKey.Admin)
            {
                await RefusedAsync(operation, _filled.Tenant.Participant, 403);
            }
        }

        Assert.Equal(before, await ExportAsync());
    }

    [Fact]
    public async Task Another_tenant_and_the_other_environment_find_nothing_and_change_nothing()
    {
        var other = await TestTenant.CreateAsync(_server.Operator, _server.Test);
        var before = await ViewAsync();
        foreach (var stranger in (Api[])[other.Admin, _filled.Tenant.Live])
        {
            foreach (var operation in _operations.Where(operation => operation.Key is AskedKey.Api or AskedKey.Admin))
            {
                var reply = await operation.CallAsync(stranger, _filled.ValueOf);
                Assert.True(reply.Status < 500, $"{operation}: {reply}");
                if (operation.IsRead)
                {
                    Assert.All(_filled.Secrets.Where(secret => !operation.HasValues || secret == "of-this-tenant-alone"), secret =>
                        Assert.False(reply.Text.Contains(secret, StringComparison.Ordinal), $"{operation} tells a stranger {secret}: {reply}"));
                }

                if (operation.HasValues)
                {
                    var nothing = await operation.CallAsync(stranger, _filled.StrangeValueOf);
                    var (ofOwn, ofNothing) = (FilledTenant.Shown(reply, operation, _filled.ValueOf), FilledTenant.Shown(nothing, operation, _filled.StrangeValueOf));
                    Assert.True(
                        operation.IsRead || reply.Status >= 400 ? ofOwn == ofNothing : reply.Status == nothing.Status,
                        $"{operation} tells a stranger what is there. Of another tenant's: {reply}. Of nothing: {nothing}");
                }
            }
        }

        var after = await ViewAsync();
        Assert.All(before, view => Assert.Equal(view, KeyValuePair.Create(view.Key, after[view.Key])));
    }

    [Fact]
    public async Task The_tenant_itself_finds_what_strangers_do_not()
    {
        // Without this, the matrix would pass on a tenant that has nothing.
        var views = await ViewAsync();

        Assert.All(
            views.Where(view => !view.Key.Contains("message", StringComparison.Ordinal)),
            view => Assert.True(view.Value.StartsWith("200 ", StringComparison.Ordinal) || IsUnknown(view.Key), $"{view.Key}: {view.Value}"));
    }

    // Parameters that the tenant has no value for.
    private bool IsUnknown(string operation) => Parameter().Matches(operation).Any(match => match.Groups["name"].Value is var name && name != "code" && !_filled.Values.ContainsKey(name));

    [GeneratedRegex("\\{(?<name>[a-z_]+)\\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();

    // What varies from export to export: last uses, the checksum over all, when it was made, and whether the clock has looked at all since a publish.
    [GeneratedRegex(",?\"last_used_at\":[0-9]+|\"sha256\":\"[0-9a-f]+\"|\"exported_at\":\"[^\"]+\"|\"is_unswept\":(?:true|false)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Varying();

    private async Task<string> RefusedAsync(ApiOperation operation, Api stranger, int status)
    {
        var reply = await operation.CallAsync(stranger, _filled.ValueOf);
        Assert.True(reply.Status == status, $"{operation} answered {reply} instead of {status}.");
        Assert.Equal(status == 401 ? "unauthorized" : "forbidden", reply["code"]);
        return FilledTenant.Shown(reply, operation, _filled.ValueOf);
    }

    /// <summary>All that the tenant reads of its own.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ViewAsync()
    {
        var views = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var operation in _operations.Where(operation => operation.IsRead && operation.Key is (AskedKey.Api or AskedKey.Admin)))
        {
            var reply = await operation.CallAsync(_filled.Tenant.Admin, _filled.ValueOf);
            views.Add(operation.ToString(), $"{reply.Status} {(reply.Status == 200 ? Varying().Replace(reply.Text, "") : reply["code"])}");
        }

        return views;
    }

    private async Task<string> RevokedAsync()
    {
        var made = await TestTenant.CreateKeyReplyAsync(_server.Operator, _filled.Tenant.Id, "test", """["participant","admin"]""");
        Assert.Equal(204, (await _server.Operator.DeleteAsync($"{Api.Tenants}/{_filled.Tenant.Id}/keys/{made["key_id"]}")).Status);
        return made["key"]!;
    }

    private async Task<string> DisabledAsync()
    {
        var tenant = await TestTenant.CreateAsync(_server.Operator, _server.Test);
        Assert.Equal(200, (await _server.Operator.PatchAsync($"{Api.Tenants}/{tenant.Id}", """{"status":"disabled"}""")).Status);
        return tenant.Admin.Key!;
    }

    // SQLite's store serves one process, so the server stops meanwhile.
    private async Task<string> ExportAsync()
    {
        await _server.TerminateAsync();
        var export = await ServerCommand.RunAsync(_server.Folder, "export", $"--Laurel:Store={_server.Settings[LaurelServer.StoreSetting]}");
        Assert.True(export.ExitCode == 0, export.Errors);
        await _server.StartAsync();
        return Varying().Replace(export.Output, "");
    }
}
