using System.Text.Json;
using Laurel.AspNetCore.Commands;
using Laurel.AspNetCore.Hosting;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Rewards;

/// <summary>
/// Many want what few can have, codes and points, at once: nothing is given twice, no balance falls below zero, nobody is refused what was there, and the log says the same.
/// </summary>
public sealed class ShopRaceTests : IAsyncDisposable
{
    private const int Callers = 64;
    private const int Codes = 10;

    private const string Program =
        """
        { "rewards": [
            { "code": "coupon", "name": "Coupon", "type": "coupon", "points_cost": 20, "code_pool": true },
            { "code": "voucher", "name": "Voucher", "type": "voucher", "points_cost": 30, "code_pool": true }] }
        """;

    private readonly LaurelServer _server = new();

    [Fact]
    public async Task The_last_codes_and_points_go_to_exactly_as_many_as_there_are()
    {
        await _server.StartAsync();
        var shop = new Shop(await TestTenant.CreateAsync(_server.Operator, _server.Test));
        await shop.Tenant.PublishAsync(Program);

        for (var round = 0; round < Counts.ShopRounds; round++)
        {
            await ClaimTheLastCodesAsync(shop, round);
            await DeductTheLastPointsAsync(shop);
            await ClaimAgainstDeductionsAsync(shop, round);
        }

        Assert.Equal(0, await _server.TerminateAsync());
        await using var output = new StringWriter();
        var store = new LaurelOptions { Store = _server.Settings[LaurelServer.StoreSetting] };
        var code = await LaurelCommands.VerifyAsync(store, output, TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task ClaimTheLastCodesAsync(Shop shop, int round)
    {
        var codes = Enumerable.Range(0, Codes).Select(number => $"C{round}-{number}").ToArray();
        await shop.UploadAsync("coupon", codes);
        var participants = await ParticipantsAsync(shop, Callers, 20);

        var replies = await Task.WhenAll(participants.Select(participant => shop.ClaimAsync("coupon", participant, $"claim-{participant}")));

        Assert.Equal(codes, replies.Where(reply => reply.Status == 200).Select(reply => reply["code_value"]!).Order(StringComparer.Ordinal));
        Assert.All(replies.Where(reply => reply.Status != 200), reply => Expect.Problem(reply, 409, "REWARD_OUT_OF_STOCK"));
        var balances = await Task.WhenAll(participants.Select(shop.PointsAsync));
        Assert.Equal(replies.Select(reply => reply.Status == 200 ? (0L, 20L, 20L) : (20L, 20L, 0L)), balances);
        Assert.Equal((0, (round + 1) * Codes), ((await shop.StockAsync("coupon")).GetProperty("available").GetInt32(), (await shop.StockAsync("coupon")).GetProperty("issued").GetInt32()));
    }

    private static async Task DeductTheLastPointsAsync(Shop shop)
    {
        var participant = await shop.ParticipantAsync(50);

        var replies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => DeductAsync(shop, participant, 1)));

        Assert.Equal(Enumerable.Range(0, 50), replies.Where(reply => reply.Status == 200).Select(reply => reply.Json.GetProperty("new_balance").GetInt32()).Order());
        foreach (var refused in replies.Where(reply => reply.Status != 200))
        {
            Expect.Problem(refused, 400, "INSUFFICIENT_POINTS");
            Assert.Equal("Insufficient points. Available: 0, requested: 1", refused["detail"]);
        }

        await LedgerAgreesAsync(shop, participant, 0);
    }

    // Each participant is asked for more than it has, and there are fewer codes than points for them.
    private static async Task ClaimAgainstDeductionsAsync(Shop shop, int round)
    {
        const int Claims = 8, Deductions = 16, Deducted = 7, Cost = 30;
        var codes = Enumerable.Range(0, Codes).Select(number => $"V{round}-{number}").ToArray();
        await shop.UploadAsync("voucher", codes);
        var participants = await ParticipantsAsync(shop, Callers / 16, 100);

        var calls = participants.SelectMany(participant => Enumerable.Range(0, Claims).Select(async _ => (participant, IsClaim: true, Reply: await shop.ClaimAsync("voucher", participant)))
            .Concat(Enumerable.Range(0, Deductions).Select(async _ => (participant, IsClaim: false, Reply: await DeductAsync(shop, participant, Deducted)))));
        var done = await Task.WhenAll(calls);

        var claimed = done.Where(call => call.IsClaim && call.Reply.Status == 200).Select(call => call.Reply["code_value"]!).ToList();
        Assert.Equal(claimed.Count, claimed.Distinct(StringComparer.Ordinal).Count());
        var left = codes.Length - claimed.Count;
        Assert.Equal(left, (await shop.StockAsync("voucher")).GetProperty("available").GetInt32());
        Assert.All(done.Where(call => call.Reply.Status != 200), call => Assert.True(
            call.Reply.Status == 400 || (call.IsClaim && left == 0 && call.Reply["code"] == "REWARD_OUT_OF_STOCK"), call.Reply.ToString()));
        foreach (var participant in participants)
        {
            var own = done.Where(call => call.participant == participant && call.Reply.Status == 200).ToList();
            var balance = 100 - own.Sum(call => call.IsClaim ? Cost : Deducted);

            // Somebody was refused 7 points, and the balance only falls: so fewer than 7 are left.
            Assert.InRange(balance, 0, Deducted - 1);
            await LedgerAgreesAsync(shop, participant, balance);
        }

        // The next round begins with an empty pool.
        foreach (var _ in Enumerable.Range(0, left))
        {
            await shop.ClaimedAsync("voucher", Some.Participant(), ",\"points_deduction\":false");
        }
    }

    private static async Task<string[]> ParticipantsAsync(Shop shop, int count, int points)
    {
        var participants = Enumerable.Range(0, count).Select(_ => Some.Participant()).ToArray();
        var awards = JsonSerializer.Serialize(participants.Select(participant => new Dictionary<string, object>(StringComparer.Ordinal) { ["participant_id"] = participant, ["amount"] = points }));
        var reply = await shop.Api.PostAsync("/api/v1/gamify/points/award-batch", $$"""{"awards":{{awards}}}""");
        Assert.True(reply.Json.GetProperty("processed").GetInt32() == count, reply.ToString());
        return participants;
    }

    private static Task<Reply> DeductAsync(Shop shop, string participant, int amount) =>
        shop.Api.PostAsync("/api/v1/gamify/points/deduct", $$"""{"participant_id":"{{participant}}","amount":{{amount}}}""");

    private static async Task LedgerAgreesAsync(Shop shop, string participant, long balance)
    {
        Assert.Equal(balance, (await shop.PointsAsync(participant)).Balance);
        var running = 0L;
        foreach (var line in Enumerable.Reverse(await shop.LedgerAsync(participant)))
        {
            running += line.GetProperty("amount").GetInt64();
            Assert.Equal(running, line.GetProperty("balance_after").GetInt64());
            Assert.True(running >= 0);
        }

        Assert.Equal(balance, running);
    }
}
