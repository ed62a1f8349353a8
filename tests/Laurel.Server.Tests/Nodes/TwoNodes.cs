using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Nodes;

/// <summary>Two servers, each a process of its own, on one PostgreSQL database.</summary>
public sealed class TwoNodes : IAsyncLifetime
{
    private LaurelServer? _first;
    private LaurelServer? _other;

    /// <summary>Another build's dll for both, where it is not this one's.</summary>
    public string? Executable { get; init; }

    /// <summary>The one that was there first.</summary>
    public LaurelServer First => _first!;

    public LaurelServer Other => _other!;

    /// <summary>The connection string of their database.</summary>
    public string Database => First.Settings[LaurelServer.StoreSetting];

    /// <summary>The same caller's view of either node.</summary>
    public Api[] Of(Api api) => [First.Anonymous.With(api.Key), Other.Anonymous.With(api.Key)];

    public Task<TestTenant> NewTenantAsync() => TestTenant.CreateAsync(First.Operator, First.Test);

    public async ValueTask InitializeAsync()
    {
        _first = new LaurelServer(executable: Executable) { IsOnPostgres = true };
        First.Settings["Laurel__Webhooks__AllowedNetworks"] = "127.0.0.0/8";
        await First.StartAsync();
        _other = First.AnotherNode();
        await _other.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_other is not null)
        {
            await _other.DisposeAsync();
        }

        if (_first is not null)
        {
            await First.DisposeAsync();
        }
    }
}
