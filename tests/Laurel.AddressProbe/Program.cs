using System.Net;
using System.Net.Security;
using System.Text.Json;
using Laurel.AddressProbe;
using Laurel.AspNetCore.Webhooks.Sending;

// Tries hostile URLs with real connections, in a network where every address in the world is this machine and the name server is an
// attacker's. Who starts it prepares that network: see tests/Laurel.Server.Tests/Webhooks/AddressProbeTests.cs. Prints what arrived as JSON.
using var names = new NameServer();
using var listeners = new Listeners();
var cases = Tricks.All(names);

var strict = new AddressGuard([]);
var open = new AddressGuard([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);
using var sender = new WebhookSender(strict, SystemLookup.FindAsync, TimeProvider.System);
using var guarded = Http(strict);
using var unguarded = Http(open, handler =>
{
    handler.AllowAutoRedirect = true;
    handler.SslOptions = new SslClientAuthenticationOptions();
});

var runs = new List<Run>
{
    // As it is shipped: the rules for URLs, then the guard.
    await Run.OfAsync("sender", cases, names, listeners, SendAsync),
    // Without the rules for URLs: the guard has to hold alone.
    await Run.OfAsync("guard alone", cases, names, listeners, url => PostAsync(guarded, url)),
    // The first twin: the operator allows everything, redirects are followed, issuers of certificates fetched. What is refused above must arrive, or the probe sees nothing.
    await Run.OfAsync("twin without a guard", cases, names, listeners, url => PostAsync(unguarded, url)),
    // The second twin: it looks the name up, judges it, and then connects to the name.
    await Run.OfAsync("twin that checks and then connects by name", cases, names, listeners, CheckThenPostAsync),
};
Console.WriteLine(JsonSerializer.Serialize(runs));

async Task SendAsync(string url) =>
    await sender.SendAsync(new WebhookRequest(url, IsLive: false, "id", DateTimeOffset.UtcNow, "v1,", "{}"u8.ToArray(), Timeout: Run.Patience), CancellationToken.None);

async Task CheckThenPostAsync(string url)
{
    if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && (await Dns.GetHostAddressesAsync(uri.IdnHost)).All(address => strict.Refusal(address) is null))
    {
        await PostAsync(unguarded, url);
    }
}

static async Task PostAsync(HttpMessageInvoker http, string url)
{
    using var patience = new CancellationTokenSource(Run.Patience);
    using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(url)) { Content = new ByteArrayContent("{}"u8.ToArray()) };
    using var answer = await http.SendAsync(message, patience.Token);
}

static HttpMessageInvoker Http(AddressGuard guard, Action<SocketsHttpHandler>? change = null)
{
    var handler = WebhookSender.Handler(new GuardedConnection(guard, SystemLookup.FindAsync, TimeProvider.System));
    change?.Invoke(handler);
    return new HttpMessageInvoker(handler, disposeHandler: true);
}
