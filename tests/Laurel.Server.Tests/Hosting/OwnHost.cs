using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Laurel.Server.Tests.Hosting;

/// <summary>An ASP.NET Core application that is not ours, with an endpoint of its own and Laurel in it.</summary>
internal sealed class OwnHost : IAsyncDisposable
{
    public const string OwnRoute = "/own";

    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-").FullName;
    private WebApplication? _app;
    private TestStore? _store;

    public string TestKey { get; } = KeyText.Draw(KeyText.Test);

    public HttpClient Http { get; } = new();

    public IEnumerable<RouteEndpoint> Endpoints => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public async Task StartAsync()
    {
        _store = await TestStore.CreateAsync(_folder, TestStore.IsPostgresWanted);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLaurel(new LaurelOptions { Store = _store.Setting, BootstrapAdminKeys = [TestKey] });
        _app = builder.Build();
        _app.MapGet(OwnRoute, () => "own");
        _app.MapLaurel();
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
