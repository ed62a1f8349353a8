using System.Text.Json;
using Laurel.AspNetCore.Commands;
using Laurel.AspNetCore.Hosting;
using Laurel.Server.Tests.Harness;
using Laurel.Server.Tests.Rewards;

namespace Laurel.Server.Tests.Erasures;

/// <summary>What is left of an erased participant, or of an emptied environment, still adds up.</summary>
public sealed class ErasedTotalsTests
{
    [Fact]
    public async Task Totals_of_an_erased_participant_who_claimed_and_cancelled_stay_and_verify_finds_no_difference()
    {
        await using var server = new RunningServer();
        await server.InitializeAsync();
        var shop = await Shop.OpenAsync(server, "A", "B", "C");
        var participant = await shop.ParticipantAsync(200);
        Expect.Processed(await shop.Api.PostEventAsync(Some.Event(participant, "hello")));
        var kept = await shop.ClaimedAsync("coupon", participant);
        await shop.ClaimedAsync("mug", participant);
        var cancelled = await shop.ClaimedAsync("mug", participant);
        Assert.Equal(200, (await shop.MoveAsync(cancelled, "cancel")).Status);
        Assert.Equal(200, (await shop.MoveAsync(kept, "redeem")).Status);
        var (balance, earned, spent) = await shop.PointsAsync(participant);
        var stocks = await StocksAsync(shop);

        var erased = await shop.Admin.DeleteAsync($"/api/v1/gamify/admin/participants/{participant}");

        var points = erased.Json.GetProperty("totals").GetProperty("points").GetProperty("points");
        Assert.Equal($$"""{"balance":{{balance}},"total_earned":{{earned}},"total_spent":{{spent}}}""", points.GetRawText());
        Assert.Equal(stocks, await StocksAsync(shop));
        Expect.Problem(await shop.ReadAsync(kept), 404, "CLAIM_NOT_FOUND");
        Expect.Problem(await shop.MoveAsync(kept, "cancel"), 404, "CLAIM_NOT_FOUND");
        await VerifyAsync(server.Process);
    }

    [Fact]
    public async Task Verify_finds_no_difference_after_a_reset()
    {
        await using var server = new RunningServer();
        await server.InitializeAsync();
        var shop = await Shop.OpenAsync(server, "A", "B", "C");
        var participant = await shop.ParticipantAsync(100);
        await shop.ClaimedAsync("coupon", participant);
        await shop.MoveAsync(await shop.ClaimedAsync("mug", participant), "cancel");
        Assert.Equal(200, (await shop.Admin.DeleteAsync($"/api/v1/gamify/admin/participants/{await shop.ParticipantAsync(5)}")).Status);

        var reset = await shop.Admin.PostAsync("/api/v1/gamify/admin/environment/reset", """{"confirm":"reset"}""");
        Assert.True(reset.Status == 200, reset.ToString());
        Assert.Equal(0, (await shop.StockAsync("mug")).GetProperty("issued").GetInt32());
        await shop.ClaimedAsync("coupon", await shop.ParticipantAsync(100));

        await VerifyAsync(server.Process);
    }

    /// <summary>Ends the server, and holds its log against the rest of its store.</summary>
    internal static async Task VerifyAsync(LaurelServer server)
    {
        Assert.Equal(0, await server.TerminateAsync());
        await CompareAsync(server);
    }

    /// <summary>Holds the log of a server that does not run against the rest of its store.</summary>
    internal static async Task CompareAsync(LaurelServer server)
    {
        await using var output = new StringWriter();
        var options = new LaurelOptions { Store = server.Settings[LaurelServer.StoreSetting] };
        var code = await LaurelCommands.VerifyAsync(options, output, TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
    }

    private static async Task<List<string>> StocksAsync(Shop shop) =>
        [.. new JsonElement[] { await shop.StockAsync("coupon"), await shop.StockAsync("mug") }.Select(stock => stock.GetRawText())];
}
