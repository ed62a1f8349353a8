namespace Laurel.Server.Tests.Harness;

/// <summary>One running server for all test classes of the collection <see cref="Name"/>. Tests keep apart by using participants and tenants of their own.</summary>
[CollectionDefinition(Name)]
public sealed class OneServer : ICollectionFixture<RunningServer>
{
    public const string Name = "one server";
}

/// <summary>A server that runs as long as the tests that share it.</summary>
public class RunningServer : IAsyncLifetime
{
    /// <summary>The process.</summary>
    public LaurelServer Process { get; } = new();

    public Api Test => Process.Test;

    public Api Live => Process.Live;

    public Api Operator => Process.Operator;

    public Api Anonymous => Process.Anonymous;

    public async ValueTask InitializeAsync() => await Process.StartAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Process.DisposeAsync();
    }

    /// <inheritdoc cref="TestTenant.CreateAsync"/>
    public Task<TestTenant> NewTenantAsync(string rate = TestTenant.NoCap) => TestTenant.CreateAsync(Operator, Test, rate);
}

/// <summary>A server that folds its log as often as it may, so that a short test sees what a default server does after 65,536 events.</summary>
public sealed class FoldingServer : RunningServer
{
    public FoldingServer() => Process.FoldOften();
}
