using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Laurel.Benchmarks.Load;

/// <summary>
/// Brings a store to a given number of events through batches of 100: our own client, since wrk sends by time and not by count. Each answer must have
/// processed all of its events.
/// </summary>
internal sealed class Filler(string baseUrl, string key) : IDisposable
{
    private const int PerBatch = 100;
    private readonly HttpClient _http = new() { BaseAddress = new Uri(baseUrl), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Sends <paramref name="events"/> events, made by <paramref name="append"/>, over <paramref name="connections"/> connections.</summary>
    public async Task FillAsync(int events, int connections, Action<StringBuilder, Random> append)
    {
        var left = events / PerBatch;
        var senders = Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var random = new Random();
            var body = new StringBuilder(PerBatch * 256);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await SendAsync(body, random, append);
            }
        }));
        await Task.WhenAll(senders);
    }

    /// <summary>The event of every other layer: a random one of <paramref name="participants"/> participants.</summary>
    public static void AppendPurchase(StringBuilder body, Random random, int participants) =>
        AppendPurchaseOf(body, random, random.Next(1, participants + 1));

    /// <summary>The same event, of the participant with a number.</summary>
    public static void AppendPurchaseOf(StringBuilder body, Random random, int participant) => body.Append(
        CultureInfo.InvariantCulture,
        $$"""{"participant_id":"user_{{participant}}","event_name":"purchase_completed","properties":{"amount":49.99,"currency":"USD","product_id":"prod_abc"},"idempotency_key":"{{random.NextInt64():x16}}{{random.NextInt64():x16}}"}""");

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(StringBuilder body, Random random, Action<StringBuilder, Random> append)
    {
        body.Clear().Append("{\"events\":[");
        for (var i = 0; i < PerBatch; i++)
        {
            append(body, random);
            body.Append(i < PerBatch - 1 ? ',' : ']');
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/gamify/events/batch")
        {
            Content = new StringContent(body.Append('}').ToString(), new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("X-API-Key", key);
        using var response = await _http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode || !answer.Contains("\"processed\":100,", StringComparison.Ordinal))
        {
            throw new BenchFailedException($"A batch was refused: {(int)response.StatusCode} {answer[..Math.Min(400, answer.Length)]}");
        }
    }
}
