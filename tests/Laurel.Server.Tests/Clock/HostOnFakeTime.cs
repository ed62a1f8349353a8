using System.Collections.Concurrent;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Harness;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Laurel.Server.Tests.Clock;

/// <summary>A whole server within the test's process, over real HTTP and a real store, whose clock the test moves. It may be stopped and started again later.</summary>
internal sealed class HostOnFakeTime : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-").FullName;
    private readonly HttpClient _http = new() { Timeout = Wait.Deadline };
    private readonly string _testKey = KeyText.Draw(KeyText.Test);
    private readonly string _liveKey = KeyText.Draw(KeyText.Live);
    private WebApplication? _app;
    private TestStore? _store;

    public FakeTimeProvider Time { get; private set; } = new(new DateTimeOffset(2026, 2, 14, 10, 0, 0, TimeSpan.Zero));

    /// <summary>Which store it has.</summary>
    public bool IsPostgres { get; init; } = TestStore.IsPostgresWanted;

    public Uri Address { get; private set; } = null!;

    public Api Test { get; private set; } = null!;

    public Api Live { get; private set; } = null!;

    /// <summary>The running server's store.</summary>
    public ILaurelStore Store => _app!.Services.GetRequiredService<ILaurelStore>();

    /// <summary>Warnings and worse.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Changes the options of the next start.</summary>
    public Func<LaurelOptions, LaurelOptions> Configure { get; set; } = options => options;

    /// <summary>Changes the parts of the next start.</summary>
    public Action<IServiceCollection> ConfigureParts { get; set; } = _ => { };

    /// <summary>The parts of the running server.</summary>
    public IServiceProvider Services => _app!.Services;

    public static async Task<HostOnFakeTime> StartAsync(string program)
    {
        var host = new HostOnFakeTime();
        await host.StartAsync();
        await host.PublishAsync(program);
        return host;
    }

    public async Task StartAsync()
    {
        _store ??= await TestStore.CreateAsync(_folder, IsPostgres);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new Recorder(Log));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddLaurel(Configure(new LaurelOptions
        {
            Store = _store.Setting,
            BootstrapAdminKeys = [_testKey, _liveKey],
            ParticipantRatePerSecond = 0,
            WebhooksEncryptionKeys = _store.IsPostgres ? [TestStore.EncryptionKey] : [],
        }));
        ConfigureParts(builder.Services);
        _app = builder.Build();
        _app.UseLaurelProblems();
        _app.MapLaurel();
        await _app.StartAsync();
        Address = new Uri(_app.Urls.Single());
        Test = new Api(_http, Address, _testKey);
        Live = new Api(_http, Address, _liveKey);
    }

    public async Task StopAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Runs a statement on the store of a server that was stopped.</summary>
    public async Task ExecuteAsync(string sql)
    {
        if (_store!.IsPostgres)
        {
            await PostgresServer.ExecuteAsync(_store.Setting, sql);
            return;
        }

        Assert.Equal(SQLitePCL.raw.SQLITE_OK, SQLitePCL.raw.sqlite3_open(_store.Name, out var database));
        using (database)
        {
            Assert.Equal(SQLitePCL.raw.SQLITE_OK, SQLitePCL.raw.sqlite3_exec(database, sql));
        }
    }

    /// <summary>Starts again on the same store, that much later.</summary>
    public async Task StartLaterAsync(TimeSpan downtime)
    {
        Time = new FakeTimeProvider(Time.GetUtcNow() + downtime);
        await StartAsync();
    }

    /// <summary>Publishes in <c>test</c>.</summary>
    public async Task PublishAsync(string program)
    {
        var published = await Test.PutAsync(Api.Program, program);
        Assert.True(published.Status == 200, published.ToString());
    }

    /// <summary>Emits an event that occurs now.</summary>
    public async Task<Reply> EmitAsync(string participant, string name, string? properties = null)
    {
        var reply = await Test.PostEventAsync(Some.Event(participant, name, properties));
        Expect.Processed(reply);
        return reply;
    }

    /// <summary>Puts the clock on without anybody noticing: no timer fires yet.</summary>
    public void Jump(string to) => Time.AdjustTime(DateTimeOffset.Parse(to));

    /// <summary>Lets the clock run until the condition holds, a second at each look.</summary>
    public Task RunUntilAsync(string what, Func<Task<bool>> condition) => Wait.UntilAsync(what, () =>
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    /// <summary>Lets the clock run until the participant has a fact of this kind, and returns when the facts of the kind occurred, newest first.</summary>
    public async Task<string[]> RunUntilFactAsync(string participant, string kind, int count = 1)
    {
        await RunUntilAsync($"there are {count} {kind}", async () => (await FactsAsync(participant, kind)).Length >= count);
        return await FactsAsync(participant, kind);
    }

    /// <summary>When the facts of a kind occurred, newest first.</summary>
    public async Task<string[]> FactsAsync(string participant, string kind)
    {
        var facts = await Test.FactsAsync(participant, $"?kind={kind}");
        Assert.True(facts.Status == 200, facts.ToString());
        return [.. facts.Json.GetProperty("facts").EnumerateArray().Select(fact => fact.GetProperty("occurred_at").GetString()!)];
    }

    public async Task<long> BalanceAsync(string participant) =>
        (await Test.StateAsync(participant, "?include=points")).Json.GetProperty("points").GetProperty("balance").GetInt64();

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await StopAsync();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Recorder(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Enqueue(exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
