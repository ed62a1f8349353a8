using System.Text;
using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.Server.Tests.Harness;
using Microsoft.AspNetCore.Routing;

namespace Laurel.Server.Tests.Hosting;

/// <summary>The API reference says what there is, and its examples work.</summary>
[Collection(OneServer.Name)]
public sealed class ReferenceTests(RunningServer server)
{
    [Fact]
    public async Task Every_route_is_in_the_document_and_every_operation_is_a_route()
    {
        await using var host = new OwnHost();
        await host.StartAsync();
        var routes = host.Endpoints
            .Where(endpoint => !endpoint.RoutePattern.RawText!.StartsWith(ReferenceApi.PageRoute, StringComparison.Ordinal)
                && endpoint.RoutePattern.RawText != ReferenceApi.DocumentRoute
                && endpoint.RoutePattern.RawText != OwnHost.OwnRoute)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods, (endpoint, method) => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}");

        var document = await DocumentAsync();

        Assert.Equal(
            routes.Order(StringComparer.Ordinal),
            Operations(document).Select(operation => $"{operation.Method.ToUpperInvariant()} {operation.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_has_a_summary_an_id_of_its_own_and_examples_for_all_its_bodies()
    {
        var operations = Operations(await DocumentAsync()).ToList();

        Assert.Equal(operations.Count, operations.Select(operation => operation.Value.GetProperty("operationId").GetString()).Distinct().Count());
        foreach (var (method, path, operation) in operations)
        {
            Assert.NotEqual("", operation.GetProperty("summary").GetString());
            var bodies = operation.GetProperty("responses").EnumerateObject().Select(response => response.Value);
            bodies = operation.TryGetProperty("requestBody", out var request) ? bodies.Append(request) : bodies;
            Assert.All(bodies.Where(body => body.TryGetProperty("content", out _)).SelectMany(body => body.GetProperty("content").EnumerateObject()), content =>
                Assert.True(content.Value.TryGetProperty("example", out _) || content.Value.TryGetProperty("examples", out _), $"{method} {path} lacks an example"));
            Assert.All(
                path.Split('{').Skip(1).Select(part => part.Split('}')[0]),
                name => Assert.Contains(operation.GetProperty("parameters").EnumerateArray(), parameter => parameter.GetProperty("name").GetString() == name));
        }
    }

    [Fact]
    public async Task Every_reference_within_the_document_leads_somewhere()
    {
        var document = await DocumentAsync();
        var components = document.GetProperty("components");

        foreach (var reference in References(document).Distinct())
        {
            Assert.Matches("^#/components/(schemas|headers)/[^/]+$", reference);
            var names = reference.Split('/');
            Assert.True(components.GetProperty(names[2]).TryGetProperty(names[3], out _), reference);
        }
    }

    [Theory]
    [InlineData(Api.Events)]
    [InlineData(Api.Batch)]
    public async Task An_example_of_the_events_api_is_answered_as_its_example_says(string path)
    {
        var (request, answer) = Examples(await DocumentAsync(), path, "post", "200");
        var tenant = await server.NewTenantAsync();

        var reply = await tenant.Admin.PostAsync(path, request.GetRawText());

        Assert.True(reply.Status == 200, reply.ToString());
        Expect.Members(reply.Json, [.. answer.EnumerateObject().Select(member => member.Name)]);
    }

    [Fact]
    public async Task The_example_program_is_published_and_read_as_its_examples_say()
    {
        var document = await DocumentAsync();
        var (request, answer) = Examples(document, Api.Program, "put", "200");
        var tenant = await server.NewTenantAsync();

        var published = await tenant.Admin.PutAsync(Api.Program, request.GetRawText());
        Assert.True(published.Status == 200, published.ToString());
        Assert.Equal(answer.GetProperty("version").GetRawText(), published.Json.GetProperty("version").GetRawText());
        Assert.Equal(Compact(answer.GetProperty("changes")), Compact(published.Json.GetProperty("changes")));

        var example = document.GetProperty("paths").GetProperty(Api.Program).GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/json").GetProperty("example");
        Assert.Equal(Compact(example), Compact((await tenant.Admin.GetAsync(Api.Program)).Json));
    }

    [Fact]
    public async Task The_operators_examples_are_answered_as_their_examples_say()
    {
        var document = await DocumentAsync();
        var (tenantRequest, tenantAnswer) = Examples(document, Api.Tenants, "post", "201");
        var tenant = await server.Operator.PostAsync(Api.Tenants, tenantRequest.GetRawText());
        SameMembers(tenant, 201, tenantAnswer);
        var path = $"{Api.Tenants}/{tenant["tenant_id"]}";

        var (change, changed) = Examples(document, $"{Api.Tenants}/{{tenant_id}}", "patch", "200");
        SameMembers(await server.Operator.PatchAsync(path, change.GetRawText()), 200, changed);

        var (keyRequest, keyAnswer) = Examples(document, $"{Api.Tenants}/{{tenant_id}}/keys", "post", "201");
        SameMembers(await server.Operator.PostAsync($"{path}/keys", keyRequest.GetRawText()), 201, keyAnswer);
    }

    [Fact]
    public async Task The_examples_of_a_participants_state_and_facts_have_the_members_of_a_real_answer()
    {
        var document = await DocumentAsync();
        var participant = Some.Participant();
        Expect.Processed(await server.Test.PostEventAsync(Some.Event(participant, properties: """{"amount":49.99,"currency":"USD"}""")));

        var state = ExampleOf(document, "/api/v1/gamify/participants/{participant_id}/state");
        var realState = (await server.Test.StateAsync(participant)).Json;
        SameShape(state, realState, "");

        var facts = ExampleOf(document, "/api/v1/gamify/participants/{participant_id}/facts");
        var realFacts = (await server.Test.FactsAsync(participant, "?kind=points.awarded")).Json;
        SameShape(facts, realFacts, "");
    }

    [Fact]
    public async Task The_page_and_its_scripts_come_from_the_server_itself()
    {
        var page = (await server.Anonymous.GetAsync("/docs/")).Text;

        Assert.DoesNotContain("//", page.Replace("<!--", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var script in (string[])["scalar.js", "scalar.aspnetcore.js"])
        {
            Assert.Contains(script, page, StringComparison.Ordinal);
            var reply = await server.Anonymous.GetAsync($"/docs/{script}");
            Assert.Equal(200, reply.Status);
            Assert.True(reply.Body.Length > 0);
        }
    }

    [Fact]
    public async Task Any_application_can_host_laurel_beside_endpoints_of_its_own()
    {
        await using var host = new OwnHost();
        await host.StartAsync();

        using var own = await host.Http.GetAsync(OwnHost.OwnRoute, TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, Api.Events);
        request.Headers.Add("X-API-Key", host.TestKey);
        request.Content = new StringContent(Some.Event("p"), Encoding.UTF8, "application/json");
        using var emitted = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("own", await own.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Expect.Processed(await Reply.ReadAsync(emitted));
    }

    private static void SameMembers(Reply reply, int status, JsonElement example)
    {
        Assert.True(reply.Status == status, reply.ToString());
        Expect.Members(reply.Json, [.. example.EnumerateObject().Select(member => member.Name)]);
    }

    // Member names agree at every level that both reach; lists are compared by their first items.
    private static void SameShape(JsonElement example, JsonElement real, string place)
    {
        if (example.ValueKind == JsonValueKind.Object && real.ValueKind == JsonValueKind.Object)
        {
            Assert.True(
                example.EnumerateObject().Select(member => member.Name).Order().SequenceEqual(real.EnumerateObject().Select(member => member.Name).Order()),
                $"{place}: {example} and {real}");
            foreach (var member in example.EnumerateObject())
            {
                SameShape(member.Value, real.GetProperty(member.Name), $"{place}/{member.Name}");
            }
        }
        else if (example.ValueKind == JsonValueKind.Array && real.ValueKind == JsonValueKind.Array && example.GetArrayLength() > 0 && real.GetArrayLength() > 0)
        {
            SameShape(example[0], real[0], $"{place}/0");
        }
    }

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);

    private static JsonElement ExampleOf(JsonElement document, string path) =>
        document.GetProperty("paths").GetProperty(path).GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/json").GetProperty("example");

    private static (JsonElement Request, JsonElement Answer) Examples(JsonElement document, string path, string method, string status)
    {
        var operation = document.GetProperty("paths").GetProperty(path).GetProperty(method);
        return (operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example"),
            operation.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty("application/json").GetProperty("example"));
    }

    private static IEnumerable<(string Method, string Path, JsonElement Value)> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (operation.Name, path.Name, operation.Value));

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private async Task<JsonElement> DocumentAsync() => (await server.Anonymous.GetAsync(ReferenceApi.DocumentRoute)).Json;
}
