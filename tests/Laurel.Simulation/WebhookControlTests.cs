using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>The controls of <see cref="WebhookCrashTests"/>: what is broken must be found out, or the harness proves nothing (pitfall 14).</summary>
public sealed class WebhookControlTests(ITestOutputHelper output)
{
    private const int Rounds = 2;
    private const int Events = 300;
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Theory]
    [InlineData(Sabotage.PollByLast)]
    [InlineData(Sabotage.CompleteBeforeSend)]
    [InlineData(Sabotage.OutboxApart)]
    public async Task The_same_harness_finds_out_a_sabotaged_outbox(string sabotage)
    {
        await using var server = Sabotage.Create(sabotage);
        WebhookHarness.Hasten(server);
        await using var harness = new WebhookHarness(server, Counts.Seed, Rounds, Events);
        await harness.BeginAsync(refused: 0);
        for (var round = 0; round < Rounds; round++)
        {
            await harness.RunRoundAsync(round);
        }

        await harness.HealAsync();
        await harness.CompareAsync();

        foreach (var line in harness.Report().Concat(harness.Faults.Take(3)))
        {
            output.WriteLine(line);
        }

        Assert.Contains(harness.Faults, fault => fault.EndsWith("was never delivered", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("badge.unlocked", 1, "id", null)]
    [InlineData("badge.unlocked", 1, "unknown", "is no fact that was committed")]
    [InlineData("badge.unlocked", 2, "id", "differs from")]
    [InlineData("tier.changed", 1, "id", "which was not asked for")]
    public async Task A_receiver_finds_out_what_is_no_fact_or_another(string type, long seq, string id, string? fault)
    {
        await using var receiver = await StartAsync();

        await SendAsync(receiver, id, Message(id, type, seq));

        var facts = new Dictionary<string, CommittedFact>(StringComparer.Ordinal) { ["id"] = new("id", "badge.unlocked", "p", 1) };
        List<string> faults = [.. receiver.Faults, .. CommittedFact.Compare(facts, receiver.EventTypes, receiver.Messages())];
        if (fault is null)
        {
            Assert.Empty(faults);
        }
        else
        {
            Assert.Contains(faults, text => text.Contains(fault, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_receiver_finds_out_another_body_another_id_and_a_wrong_signature()
    {
        await using var receiver = await StartAsync();

        await SendAsync(receiver, "id", Message("id", "badge.unlocked", 1));
        await SendAsync(receiver, "id", Message("id", "badge.unlocked", 1) + " ");
        await SendAsync(receiver, "other", Message("id", "badge.unlocked", 1));
        await SendAsync(receiver, "id", Message("id", "badge.unlocked", 1), signedBody: "{}");

        Assert.Collection(
            receiver.Faults,
            fault => Assert.EndsWith("came with another body than before", fault, StringComparison.Ordinal),
            fault => Assert.EndsWith("came with the webhook-id other", fault, StringComparison.Ordinal),
            fault => Assert.EndsWith("has no right signature", fault, StringComparison.Ordinal));
    }

    private static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = await WebhookReceiver.StartAsync("badges", ["badge.*"], trap: null, seed: 1);
        receiver.Secret = Secret;
        return receiver;
    }

    private static string Message(string id, string type, long seq) =>
        $$$"""{"id":"{{{id}}}","type":"{{{type}}}","environment":"test","participant_id":"p","data":{"seq":{{{seq}}}}}""";

    private static async Task SendAsync(WebhookReceiver receiver, string id, string body, string? signedBody = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", "1700000000");
        request.Headers.Add("webhook-signature", "v1,wrong " + WebhookMessage.Sign(Secret, id, "1700000000", Encoding.UTF8.GetBytes(signedBody ?? body)));
        using var response = await http.SendAsync(request);
    }
}
