using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>
/// <c>tests/receivers/node/receiver.mjs</c> as a process: it verifies what it receives with the npm packages <c>standardwebhooks</c> and <c>svix</c>.
/// Where Node or the packages are missing, the test is skipped; in continuous integration it fails.
/// </summary>
internal sealed class NodeReceiver : IAsyncDisposable
{
    private const string Folder = "tests/receivers/node";

    private readonly Process _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Wait.Deadline };
    private readonly Uri _address;

    private NodeReceiver(Process process, int port)
    {
        _process = process;
        _address = new Uri($"http://127.0.0.1:{port}");
    }

    public static async Task<NodeReceiver> StartAsync()
    {
        var folder = Path.Combine(Repository.Root, Folder);
        var start = new ProcessStartInfo("node", ["receiver.mjs"]) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (!Directory.Exists(Path.Combine(folder, "node_modules")) || Started(start) is not { } process)
        {
            const string Missing = $"Node or the packages of {Folder} are missing: install Node with npm, and run 'npm ci' there.";
            Assert.SkipUnless(Counts.IsContinuousIntegration, Missing);
            throw new InvalidOperationException(Missing);
        }

        using var deadline = new CancellationTokenSource(Wait.Deadline);
        var port = await process.StandardOutput.ReadLineAsync(deadline.Token);
        return new NodeReceiver(process, int.Parse(port ?? throw new InvalidOperationException("The receiver ended at once; what it printed stands above."), CultureInfo.InvariantCulture));
    }

    /// <summary>Where messages of that name are received.</summary>
    public string UrlOf(string name) => new Uri(_address, $"/hooks/{name}").ToString();

    /// <summary>Tells what messages of that name may be signed with. Verdicts have a place for each secret, in this order.</summary>
    public async Task TellSecretsAsync(string name, params string[] secrets)
    {
        using var body = new StringContent(JsonSerializer.Serialize(secrets));
        using var answer = await _http.PutAsync(new Uri(_address, $"/secrets/{name}"), body);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>The verdicts on messages of that name, but for those of the first <paramref name="from"/>.</summary>
    public async Task<IReadOnlyList<PackageVerdict>> VerdictsAsync(string name, int from = 0)
    {
        using var verdicts = JsonDocument.Parse(await _http.GetByteArrayAsync(new Uri(_address, $"/hooks/{name}?from={from}")));
        return [.. verdicts.RootElement.EnumerateArray().Select(PackageVerdict.Read)];
    }

    /// <summary>Sends a message as anybody could, and returns the status of the answer and the verdict.</summary>
    public async Task<(int Status, PackageVerdict Verdict)> SendAsync(string name, SignedMessage message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, $"/hooks/{name}")) { Content = new ByteArrayContent(message.Body) };
        Assert.True(request.Headers.TryAddWithoutValidation("webhook-id", message.Id));
        Assert.True(request.Headers.TryAddWithoutValidation("webhook-timestamp", message.SentAt));
        Assert.True(request.Headers.TryAddWithoutValidation("webhook-signature", message.Signature));
        using var answer = await _http.SendAsync(request);
        using var verdict = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return ((int)answer.StatusCode, PackageVerdict.Read(verdict.RootElement));
    }

    public async ValueTask DisposeAsync()
    {
        // It ends with its input.
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        _process.Dispose();
        _http.Dispose();
    }

    private static Process? Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

/// <summary>What a receiver verifies: three headers and the bytes of the body.</summary>
internal sealed record SignedMessage(string Id, string SentAt, string Signature, byte[] Body)
{
    public override string ToString() => $"{Id} {SentAt} {Signature} {Encoding.UTF8.GetString(Body)}";
}

/// <summary>
/// What the packages say to a message. <paramref name="Type"/> is the type that both read in it, null where they do not believe it. For each secret
/// <paramref name="Standard"/> and <paramref name="Svix"/> have null where the package believes the message, else why it does not.
/// </summary>
internal sealed record PackageVerdict(SignedMessage Message, string? Type, IReadOnlyList<string?> Standard, IReadOnlyList<string?> Svix)
{
    public static PackageVerdict Read(JsonElement verdict) => new(
        new SignedMessage(
            verdict.GetProperty("id").GetString()!,
            verdict.GetProperty("timestamp").GetString()!,
            verdict.GetProperty("signature").GetString()!,
            verdict.GetProperty("body").GetBytesFromBase64()),
        verdict.GetProperty("type").GetString(),
        [.. verdict.GetProperty("standardwebhooks").EnumerateArray().Select(fault => fault.GetString())],
        [.. verdict.GetProperty("svix").EnumerateArray().Select(fault => fault.GetString())]);
}
