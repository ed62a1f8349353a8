using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>Codes are uploaded, given and counted.</summary>
[Collection(OneServer.Name)]
public sealed class RewardCodesTests(RunningServer server)
{
    private const string Program =
        """
        {
          "challenges": [
            { "code": "win", "max_completions": 1000, "objectives": [{ "code": "o", "event_name": "won", "metric": { "type": "count" }, "target": 1 }], "rewards": [{ "type": "reward", "code": "coupon" }] }
          ],
          "rewards": [
            { "code": "coupon", "name": "Coupon", "type": "coupon", "code_pool": true },
            { "code": "few", "type": "voucher", "code_pool": true, "stock": 2 },
            { "code": "limited", "type": "physical", "stock": 5 },
            { "code": "endless", "type": "digital" }
          ]
        }
        """;

    [Fact]
    public async Task Codes_of_json_are_added_once()
    {
        var tenant = await PublishedAsync();

        var first = await tenant.Admin.PostAsync(CodesOf("coupon"), """{"codes":["A","B","A"],"ignored":1}""");
        var second = await tenant.Admin.PostAsync(CodesOf("coupon"), """{"codes":["B","C"]}""");

        Assert.Equal(200, first.Status);
        Assert.Equal("""{"reward_code":"coupon","added":2,"duplicates":1,"codes_total":2,"codes_free":2}""", first.Text);
        Assert.Equal("""{"reward_code":"coupon","added":1,"duplicates":1,"codes_total":3,"codes_free":3}""", second.Text);
        Assert.Equal("""{"reward_code":"coupon","stock":null,"issued":0,"available":3,"codes_total":3,"codes_free":3}""", (await tenant.Admin.GetAsync(StockOf("coupon"))).Text);
    }

    [Theory]
    [InlineData("text/csv")]
    [InlineData("text/csv; charset=utf-8")]
    [InlineData("TEXT/CSV; header=present; charset=\"UTF-8\"")]
    public async Task Codes_of_csv_are_given_in_the_order_of_the_file(string mediaType)
    {
        var (tenant, participant) = (await PublishedAsync(), Some.Participant());
        var reply = await UploadAsync(tenant, "note,code\r\n\"a, b\",SAVE-2\r\n,\"SAVE \"\"1\"\"\"\r\n", mediaType);
        Assert.Equal("""{"reward_code":"coupon","added":2,"duplicates":0,"codes_total":2,"codes_free":2}""", reply.Text);

        Assert.Equal("SAVE-2", await WinAsync(tenant, participant));
        Assert.Equal("SAVE \"1\"", await WinAsync(tenant, participant));
        Assert.Null(await WinAsync(tenant, participant));

        Assert.Equal("""{"reward_code":"coupon","stock":null,"issued":2,"available":0,"codes_total":2,"codes_free":0}""", (await tenant.Admin.GetAsync(StockOf("coupon"))).Text);
        var claims = (await tenant.Participant.StateAsync(participant, "?include=rewards")).Json.GetProperty("rewards").EnumerateArray();
        Assert.Equal(["SAVE \"1\"", "SAVE-2"], claims.Select(claim => claim.GetProperty("code_value").GetString()));
        var refused = Assert.Single((await tenant.Participant.FactsAsync(participant, "?kind=reward.refused")).Json.GetProperty("facts").EnumerateArray());
        Assert.Equal("out_of_stock", refused.GetProperty("data").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_code_that_was_taken_is_a_duplicate_too()
    {
        var tenant = await PublishedAsync();
        await UploadAsync(tenant, "A");
        Assert.Equal("A", await WinAsync(tenant, Some.Participant()));

        Assert.Equal("""{"reward_code":"coupon","added":0,"duplicates":1,"codes_total":1,"codes_free":0}""", (await UploadAsync(tenant, "A")).Text);
        Assert.Null(await WinAsync(tenant, Some.Participant()));
    }

    [Fact]
    public async Task Stock_says_what_can_still_be_granted()
    {
        var tenant = await PublishedAsync();
        await tenant.Admin.PostAsync(CodesOf("few"), """{"codes":["A","B","C"]}""");

        Assert.Equal("""{"reward_code":"few","stock":2,"issued":0,"available":2,"codes_total":3,"codes_free":3}""", (await tenant.Admin.GetAsync(StockOf("few"))).Text);
        Assert.Equal("""{"reward_code":"limited","stock":5,"issued":0,"available":5,"codes_total":0,"codes_free":0}""", (await tenant.Admin.GetAsync(StockOf("limited"))).Text);
        Assert.Equal("""{"reward_code":"endless","stock":null,"issued":0,"available":null,"codes_total":0,"codes_free":0}""", (await tenant.Admin.GetAsync(StockOf("endless"))).Text);
        Assert.Equal("""{"reward_code":"coupon","stock":null,"issued":0,"available":0,"codes_total":0,"codes_free":0}""", (await tenant.Admin.GetAsync(StockOf("coupon"))).Text);
    }

    [Fact]
    public async Task A_reward_that_takes_no_codes_or_is_not_there_says_so()
    {
        var tenant = await PublishedAsync();
        const string Codes = """{"codes":["A"]}""";

        Expect.Problem(await tenant.Admin.PostAsync(CodesOf("limited"), Codes), 409, "REWARD_HAS_NO_CODE_POOL");
        Expect.Problem(await tenant.Admin.PostAsync(CodesOf("nothing"), Codes), 404, "REWARD_NOT_FOUND");
        Expect.Problem(await tenant.Admin.PostAsync(CodesOf("%22%27..%2Fcoupon"), Codes), 404, "REWARD_NOT_FOUND");
        Expect.Problem(await tenant.Admin.GetAsync(StockOf("nothing")), 404, "REWARD_NOT_FOUND");
    }

    [Theory]
    [InlineData("application/json", "", "")]
    [InlineData("application/json", "null", "/codes")]
    [InlineData("application/json", "{}", "/codes")]
    [InlineData("application/json", """{"codes":[]}""", "/codes")]
    [InlineData("application/json", """{"codes":{"a":1}}""", "/codes")]
    [InlineData("application/json", """{"codes":["ok",7,""]}""", "/codes/1 /codes/2")]
    [InlineData("application/json", """{"codes":["a\u0000b"]}""", "/codes/0")]
    [InlineData("text/csv", "", "/codes")]
    [InlineData("text/csv", "\"never closed", "")]
    [InlineData("text/csv", "a,b\n", "/codes/0")]
    public async Task Garbage_is_422_and_adds_nothing(string mediaType, string body, string pointers)
    {
        var tenant = await PublishedAsync();

        Expect.Unprocessable(await UploadAsync(tenant, body, mediaType), pointers.Split(' '));

        Assert.Equal(0, (await tenant.Admin.GetAsync(StockOf("coupon"))).Json.GetProperty("codes_total").GetInt32());
    }

    [Fact]
    public async Task An_upload_has_a_type_and_a_size()
    {
        var tenant = await PublishedAsync();

        Expect.Problem(await UploadAsync(tenant, "A", "text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE");
        Expect.Problem(await UploadAsync(tenant, "A", "text/csv; charset=latin1"), 415, "UNSUPPORTED_MEDIA_TYPE");
        Expect.Problem(await tenant.Admin.SendAsync(HttpMethod.Post, CodesOf("coupon"), "A"u8.ToArray(), null), 415, "UNSUPPORTED_MEDIA_TYPE");
        Expect.Problem(await UploadAsync(tenant, new string('\n', (4 * 1024 * 1024) + 1)), 413, "CONTENT_TOO_LARGE");
        Expect.Unprocessable(await UploadAsync(tenant, string.Join('\n', Enumerable.Range(0, 100_001))), "/codes");
    }

    [Fact]
    public async Task A_hundred_thousand_codes_are_taken_at_once()
    {
        var tenant = await PublishedAsync();

        var reply = await UploadAsync(tenant, string.Join('\n', Enumerable.Range(0, 100_000).Select(number => $"CODE-{number}")));

        Assert.Equal("""{"reward_code":"coupon","added":100000,"duplicates":0,"codes_total":100000,"codes_free":100000}""", reply.Text);
        Assert.Equal("CODE-0", await WinAsync(tenant, Some.Participant()));
    }

    [Fact]
    public async Task Only_an_admin_of_the_tenant_sees_and_fills_its_pools()
    {
        var (tenant, other) = (await PublishedAsync(), await PublishedAsync());
        await UploadAsync(tenant, "A");
        const string Codes = """{"codes":["X"]}""";

        Expect.Problem(await tenant.Participant.PostAsync(CodesOf("coupon"), Codes), 403, "forbidden");
        Expect.Problem(await tenant.Participant.GetAsync(StockOf("coupon")), 403, "forbidden");
        Expect.Problem(await server.Anonymous.PostAsync(CodesOf("coupon"), Codes), 401, "unauthorized");
        Expect.Problem(await server.Anonymous.GetAsync(StockOf("coupon")), 401, "unauthorized");
        Expect.Problem(await tenant.Live.GetAsync(StockOf("coupon")), 404, "REWARD_NOT_FOUND");
        Assert.Equal(0, (await other.Admin.GetAsync(StockOf("coupon"))).Json.GetProperty("codes_total").GetInt32());
        Assert.Null(await WinAsync(other, Some.Participant()));
    }

    private async Task<TestTenant> PublishedAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.PublishAsync(Program);
        return tenant;
    }

    private static Task<Reply> UploadAsync(TestTenant tenant, string body, string mediaType = "text/csv") =>
        tenant.Admin.SendAsync(HttpMethod.Post, CodesOf("coupon"), Encoding.UTF8.GetBytes(body), mediaType);

    /// <summary>Wins a coupon and tells its code; null where there was none.</summary>
    private static async Task<string?> WinAsync(TestTenant tenant, string participant)
    {
        var reply = await tenant.Participant.PostEventAsync(Some.Event(participant, "won"));
        Expect.Processed(reply);
        var rewards = reply.Json.GetProperty("rewards_granted").EnumerateArray().Where(reward => reward.GetProperty("type").GetString() == "reward").ToList();
        return rewards.Count == 0 ? null : Assert.Single(rewards).GetProperty("code_value").GetString();
    }

    private static string CodesOf(string reward) => $"/api/v1/gamify/admin/rewards/{reward}/codes";

    private static string StockOf(string reward) => $"/api/v1/gamify/admin/rewards/{reward}/stock";
}
