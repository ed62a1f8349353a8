using System.Reflection;
using Laurel.AspNetCore.Webhooks.Dispatch;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>Nothing is lost by a stop, or by a store that goes away. Source: issue, "Deliver" 2.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_stop_in_the_middle_loses_nothing_and_sends_nothing_twice_that_was_answered()
    {
        await using var host = await WebhookHost.StartAsync();
        await host.SubscribeAsync();
        using var answers = new SemaphoreSlim(0);
        host.Receiver.AnswerAsync = async (_, _, cancellation) =>
        {
            await answers.WaitAsync(cancellation);
            return 200;
        };
        await host.EmitAsync(30);
        await Wait.UntilAsync("requests are under way", () => Task.FromResult(host.Receiver.Open("hook") == 8));

        // The eight are answered during the stop, and drained.
        var lanes = host.Server.Services.GetRequiredService<EndpointLanes>();
        var stopping = host.Server.StopAsync();
        await Wait.UntilAsync("nothing more is begun", () => Task.FromResult(lanes.NextClaim(host.Now) is null));
        answers.Release(8);
        await stopping;
        var sent = host.Hooks.Count;
        host.Receiver.Answer(200);
        await host.Server.StartLaterAsync(TimeSpan.FromMinutes(1));
        await host.UntilNothingWaitsAsync();

        Assert.Equal(8, sent);
        Assert.Equal(30, host.Hooks.Count);
        Assert.Equal(30, host.Hooks.DistinctBy(hook => hook.Id).Count());
    }

    [Fact]
    public async Task A_stop_waits_for_hanging_requests_for_a_while_only_and_they_are_sent_again()
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        host.Receiver.Hang(_ => true);
        await host.EmitAsync(1);
        await Wait.UntilAsync("a request hangs", () => Task.FromResult(host.Receiver.Open("hook") == 1));

        var stopping = host.Server.StopAsync();
        await host.UntilAsync("the stop has had enough", () => stopping.IsCompleted);
        await stopping;
        host.Receiver.Answer(200);
        await host.Server.StartLaterAsync(TimeSpan.Zero);
        await host.UntilNothingWaitsAsync();

        // Nobody knows what came of the first request, so it is no attempt.
        Assert.Equal(2, host.Hooks.Count);
        Assert.Equal(("delivered", 1), (await host.AttemptsAsync(endpoint)).Select(attempt => (attempt.Outcome, attempt.Number)).Single());
    }

    [Fact]
    public async Task While_the_store_is_away_results_wait_and_nothing_is_lost()
    {
        var outage = new Outage();
        await using var host = await WebhookHost.StartAsync(parts: outage.Apply);
        var endpoint = await host.SubscribeAsync();
        using var answers = new SemaphoreSlim(0);
        host.Receiver.AnswerAsync = async (_, _, cancellation) =>
        {
            await answers.WaitAsync(cancellation);
            return 200;
        };
        await host.EmitAsync(5);
        await Wait.UntilAsync("all are under way", () => Task.FromResult(host.Receiver.Open("hook") == 5));

        outage.Begin();
        answers.Release(5);
        await host.UntilAsync("the store was asked in vain", () => outage.Refusals("CompleteAsync") > 1 && outage.Refusals("SpreadOutboxAsync") > 1);
        var ids = await host.EmitAsync(5, "q");
        answers.Release(5);
        outage.End();
        await host.UntilNothingWaitsAsync();

        Assert.Equal(5, ids.Count);
        Assert.Equal(10, host.Hooks.Count);
        Assert.Equal(10, host.Hooks.DistinctBy(hook => hook.Id).Count());
        Assert.Equal(10, (await host.AttemptsAsync(endpoint)).Count);
    }

    [Fact]
    public async Task Paused_nothing_is_sent_and_unpaused_everything_is()
    {
        await using var host = await WebhookHost.StartAsync();
        await host.SubscribeAsync();
        await host.Server.StopAsync();
        var configure = host.Server.Configure;
        host.Server.Configure = options => configure(options) with { WebhooksPaused = true };
        await host.Server.StartLaterAsync(TimeSpan.Zero);
        await host.EmitAsync(5);
        Assert.Equal(5, (await host.Store.ReadBacklogAsync(CancellationToken.None)).Outbox);
        await host.Server.StopAsync();
        Assert.Empty(host.Hooks);

        host.Server.Configure = configure;
        await host.Server.StartLaterAsync(TimeSpan.Zero);
        await host.UntilNothingWaitsAsync();
        Assert.Equal(5, host.Hooks.Count);
    }

    /// <summary>Takes the webhooks' store away, and leaves the pipeline its own.</summary>
    private sealed class Outage
    {
        private static readonly string[] _refused = ["SpreadOutboxAsync", "ClaimAsync", "CompleteAsync"];
        private readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
        private volatile bool _isOn;

        public void Begin() => _isOn = true;

        public void End() => _isOn = false;

        public int Refusals(string method)
        {
            lock (_refusals)
            {
                return _refusals.GetValueOrDefault(method);
            }
        }

        public void Apply(IServiceCollection parts)
        {
            var real = parts.Last(part => part.ServiceType == typeof(ILaurelStore)).ImplementationFactory!;
            parts.AddSingleton<ILaurelStore>(provider =>
            {
                var store = (ILaurelStore)real(provider);
                return Between.Proxy(store, method => method.Name == "get_Webhooks" ? Between.Proxy(store.Webhooks, Refuse) : null);
            });
        }

        private object? Refuse(MethodInfo method)
        {
            if (!_isOn || !_refused.Contains(method.Name))
            {
                return null;
            }

            lock (_refusals)
            {
                _refusals[method.Name] = _refusals.GetValueOrDefault(method.Name) + 1;
            }

            throw new StoreException(StoreFault.Unavailable, "The disk is away.");
        }
    }
}

/// <summary>Stands between a caller and the real thing: a call is answered by <c>instead</c>, or passed on where that is null.</summary>
public class Between : DispatchProxy
{
    private object _real = null!;
    private Func<MethodInfo, object?> _instead = null!;

    public static T Proxy<T>(T real, Func<MethodInfo, object?> instead)
        where T : class
    {
        var proxy = Create<T, Between>();
        ((Between)(object)proxy)._real = real;
        ((Between)(object)proxy)._instead = instead;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        try
        {
            return _instead(targetMethod!) ?? targetMethod!.Invoke(_real, args);
        }
        catch (TargetInvocationException failure)
        {
            throw failure.InnerException!;
        }
    }
}
