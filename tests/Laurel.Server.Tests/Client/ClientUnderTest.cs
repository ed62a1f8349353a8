using Laurel.Client;
using Laurel.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Laurel.Server.Tests.Client;

/// <summary>A client made as an application makes it: from services, by the factory.</summary>
internal sealed class ClientUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    private ClientUnderTest(ServiceProvider provider) => _provider = provider;

    public LaurelClient Client => _provider.GetRequiredService<LaurelClient>();

    /// <summary>A client of <paramref name="server"/> with a key. <paramref name="inner"/> sees each try, and each answer before the client does.</summary>
    public static ClientUnderTest Of(RunningServer server, string? key, params DelegatingHandler[] inner)
    {
        var services = new ServiceCollection();
        var builder = services.AddLaurelClient(options =>
        {
            options.Address = server.Process.Address;
            options.ApiKey = key!;
            options.FirstDelay = TimeSpan.FromMilliseconds(1);
            options.TotalTimeout = Wait.Deadline;
        });
        foreach (var handler in inner)
        {
            builder.AddHttpMessageHandler(() => handler);
        }

        return new ClientUnderTest(services.BuildServiceProvider());
    }

    /// <summary>A client that talks to <paramref name="wire"/> instead of a network, by a clock of the test's.</summary>
    public static ClientUnderTest Of(HttpMessageHandler wire, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddSingleton(time);
        services.AddLaurelClient(options =>
        {
            options.Address = new Uri("http://laurel.example/under/a/path");
            options.ApiKey = "bq_test_0";
        }).ConfigurePrimaryHttpMessageHandler(() => wire);
        return new ClientUnderTest(services.BuildServiceProvider());
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}

/// <summary>Notes each try, and has each answer checked against the OpenAPI document.</summary>
internal sealed class Recorder(RunningServer server) : DelegatingHandler
{
    private static readonly HttpClient _reader = new();

    public List<(string Method, string Path, string? Key)> Tries { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        Tries.Add((request.Method.Method, path.Split('?')[0], request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null));
        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        (await AnswerCheck.OfAsync(_reader, server.Process.Address)).Check(request.Method.Method, path, await Reply.ReadAsync(response));
        return response;
    }
}

/// <summary>Loses the first answers, after the server has done what was asked.</summary>
internal sealed class Cut(int answers, bool withinBody) : DelegatingHandler
{
    private int _left = answers;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (_left-- <= 0)
        {
            return response;
        }

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        if (!withinBody)
        {
            response.Dispose();
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke before the answer.");
        }

        response.Content = new StreamContent(new BrokenStream(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        return response;
    }

    // Half of the bytes, and then the connection breaks.
    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes, 0, bytes.Length / 2)
    {
        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            Task.FromException(new HttpIOException(HttpRequestError.ResponseEnded, "The connection broke within the answer."));
    }
}
