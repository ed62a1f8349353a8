using System.Text.Json;
using System.Text.Json.Nodes;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>A member of a definition that is null is one that was left out, as program.md's own examples have it; and it comes back as it was published.</summary>
[Collection(OneServer.Name)]
public sealed class NullMembersTests(RunningServer server)
{
    // Of each kind the members that must be there, by the list that holds it.
    private static readonly Dictionary<string, (string Schema, string Least)> Kinds = new(StringComparer.Ordinal)
    {
        ["point_rules"] = ("PointRule", """{"code":"spend","event_name":"purchase_completed","amount":5}"""),
        ["badges"] = ("Badge", """{"code":"first"}"""),
        ["challenges"] = ("Challenge", """{"code":"shopper","objectives":[{"code":"buy","event_name":"purchase_completed","target":2}]}"""),
        ["streaks"] = ("Streak", """{"code":"daily","event_name":"purchase_completed","period":"daily"}"""),
        ["tiers"] = ("Tier", """{"code":"bronze","level":0,"criteria_config":{"min_points":0}}"""),
        ["rewards"] = ("CatalogueReward", """{"code":"mug","type":"physical"}"""),
    };

    [Fact]
    public async Task Every_member_that_may_be_left_out_may_be_null()
    {
        var tenant = await server.NewTenantAsync();
        var program = await ProgramOfNullsAsync();

        var published = await tenant.Admin.PutAsync(Api.Program, program.ToJsonString());

        Assert.True(published.Status == 200, published.ToString());
        Expect.Processed(await tenant.Participant.PostEventAsync(Some.Event("p")));
        var back = (await tenant.Admin.GetAsync(Api.Program)).Json;
        foreach (var list in Kinds.Keys)
        {
            Assert.True(JsonElement.DeepEquals(JsonSerializer.SerializeToElement(program[list]), back.GetProperty(list)), back.GetProperty(list).ToString());
            var listed = await tenant.Admin.GetAsync($"/api/v1/gamify/admin/{list.Replace('_', '-')}");
            Assert.True(listed.Status == 200, listed.ToString());
            Assert.Equal(1, listed.Json.GetProperty("total").GetInt32());
        }

        Assert.Equal(200, (await tenant.Participant.StateAsync("p")).Status);
        Assert.Equal(200, (await tenant.Participant.GetAsync("/api/v1/gamify/rewards")).Status);
    }

    private async Task<JsonObject> ProgramOfNullsAsync()
    {
        var schemas = (await server.Anonymous.GetAsync("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");
        var program = new JsonObject { ["time_zone"] = null, ["currencies"] = null };
        foreach (var (list, (schema, least)) in Kinds)
        {
            var definition = JsonNode.Parse(least)!.AsObject();
            foreach (var member in schemas.GetProperty(schema).GetProperty("properties").EnumerateObject().Where(member => !definition.ContainsKey(member.Name)))
            {
                definition[member.Name] = null;
            }

            program[list] = new JsonArray(definition);
        }

        return program;
    }
}
