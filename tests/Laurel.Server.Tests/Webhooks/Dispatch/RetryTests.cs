using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Laurel.AspNetCore.Telemetry;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;

namespace Laurel.Server.Tests.Webhooks.Dispatch;

/// <summary>What becomes of a message that is not taken. Source: semantics §10.</summary>
public sealed class RetryTests
{
    [Fact]
    public async Task A_message_that_is_never_taken_is_tried_by_the_schedule_and_then_a_dead_letter_that_can_be_replayed()
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        host.Receiver.Answer(500);
        await host.EmitAsync(1);
        for (var count = 1; count <= RetrySchedule.Default.Delays.Count; count++)
        {
            var failed = (await host.UntilAttemptsAsync(endpoint, count))[0].At;
            var delay = RetrySchedule.Default.Delays[count - 1];
            host.Server.Time.AdjustTime(new DateTimeOffset(failed.Plus(delay - TimeSpan.FromSeconds(2)).ToDateTime()));
            var last = host.Now.Plus(TimeSpan.FromSeconds(1.5));
            await host.UntilAsync("it is nearly due", () => host.Now >= last);
            Assert.Equal(count, host.Hooks.Count);
            host.Server.Time.AdjustTime(new DateTimeOffset(failed.Plus(delay * 1.2).ToDateTime()));
        }

        var attempts = (await host.UntilAttemptsAsync(endpoint, 9)).Reverse().ToList();
        Assert.Equal(Enumerable.Range(1, 9), attempts.Select(attempt => attempt.Number));
        Assert.Equal([.. Enumerable.Repeat("failed", 8), "dead"], attempts.Select(attempt => attempt.Outcome));
        Assert.All(attempts, attempt => Assert.Equal((500, "event.processed", "noted"u8.ToArray()), (attempt.Status, attempt.Type, attempt.Answer.ToArray()), Same));
        for (var i = 0; i < 8; i++)
        {
            // At most a fifth later, and as much as it takes to see it: an endpoint that fails is looked at once a minute.
            var pause = TimeSpan.FromMicroseconds(attempts[i + 1].At.UnixMicroseconds - attempts[i].At.UnixMicroseconds);
            Assert.InRange(pause, RetrySchedule.Default.Delays[i], (RetrySchedule.Default.Delays[i] * 1.2) + TimeSpan.FromMinutes(1.5));
        }

        Assert.Single(host.Hooks.DistinctBy(hook => hook.Id));
        Assert.Equal(host.Hooks[0].Body, host.Hooks[8].Body);
        var letter = Assert.Single((await host.Store.ReadDeadLettersAsync(endpoint.Key, 1, 10, CancellationToken.None)).Letters);
        Assert.Equal(9, letter.Attempts);

        host.Receiver.Answer(200);
        Assert.Equal(1, await host.Store.ReplayDeadLettersAsync(endpoint.Key, Timestamp.MinValue, null, host.Now, CancellationToken.None));
        await host.UntilNothingWaitsAsync();

        Assert.Equal(10, host.Hooks.Count);
        Assert.Equal(host.Hooks[0].Id, host.Hooks[9].Id);
        Assert.Empty((await host.Store.ReadDeadLettersAsync(endpoint.Key, 1, 10, CancellationToken.None)).Letters);
        Assert.Null((await host.ReadAsync(endpoint))!.FailingSince);

        static bool Same((int?, string, byte[]) left, (int?, string, byte[]) right) =>
            left.Item1 == right.Item1 && left.Item2 == right.Item2 && left.Item3.AsSpan().SequenceEqual(right.Item3);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Anything_but_a_2xx_is_a_failure_and_the_next_success_ends_it(int status)
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        host.Receiver.Answer(status);
        await host.EmitAsync(1);
        await host.UntilAttemptsAsync(endpoint, 1);
        Assert.NotNull((await host.ReadAsync(endpoint))!.FailingSince);

        host.Receiver.Answer(204);
        await host.UntilNothingWaitsAsync();

        Assert.Equal(["delivered", "failed"], (await host.AttemptsAsync(endpoint)).Select(attempt => attempt.Outcome));
        Assert.Null((await host.ReadAsync(endpoint))!.FailingSince);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_in_time_has_failed()
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        host.Receiver.Hang(_ => true);
        await host.EmitAsync(1);

        var attempt = (await host.UntilAttemptsAsync(endpoint, 1))[0];

        Assert.Null(attempt.Status);
        Assert.Contains("within 15 s", attempt.Error, StringComparison.Ordinal);
        Assert.InRange(attempt.LatencyMs, 15_000, 16_000);
    }

    [Theory]
    [InlineData(429, "600")]
    [InlineData(503, "Sat, 14 Feb 2026 10:10:00 GMT")]
    public async Task Retry_After_leaves_the_whole_endpoint_alone_for_as_long_as_it_asks(int status, string retryAfter)
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        await host.SubscribeAsync(name: "other");
        host.Receiver.AnswerAsync = (hook, response, _) =>
        {
            response.Headers.RetryAfter = retryAfter;
            return Task.FromResult(hook.Path == "hook" ? status : 200);
        };
        await host.EmitAsync(1);
        await host.UntilAttemptsAsync(endpoint, 1);
        host.Receiver.Answer(200);

        // Not even what comes now is sent, though it was never tried.
        await host.EmitAsync(1, "q");
        await host.UntilAsync("9 minutes are over", () =>
        {
            host.Server.Time.Advance(TimeSpan.FromSeconds(10));
            return host.Now >= Timestamp.From(DateTime.Parse("2026-02-14T10:09:00Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal));
        });
        Assert.Equal(2, host.Hooks.Count(hook => hook.Path == "other"));
        Assert.Single(host.Hooks, hook => hook.Path == "hook");

        host.Server.Jump("2026-02-14T10:10:02Z");
        await host.UntilNothingWaitsAsync();
        Assert.Equal(3, host.Hooks.Count(hook => hook.Path == "hook"));
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_disabled_and_what_waits_for_it_is_held()
    {
        await using var host = await WebhookHost.StartAsync();
        var endpoint = await host.SubscribeAsync();
        using var answers = new SemaphoreSlim(0);
        host.Receiver.AnswerAsync = async (_, _, cancellation) =>
        {
            await answers.WaitAsync(cancellation);
            return 410;
        };
        await host.EmitAsync(3);
        answers.Release(3);
        await host.UntilAsync("it is disabled", async () => (await host.ReadAsync(endpoint))!.Status == EndpointStatus.Disabled);

        Assert.Equal("gone", (await host.ReadAsync(endpoint))!.DisabledReason);
        var note = (await host.Store.ReadNotesAsync(endpoint.Key, 1, 10, CancellationToken.None)).Notes[0];
        Assert.Equal(("laurel", "disabled"), (note.By, note.Change));

        // It is told once it is kept.
        await host.UntilAsync("the log tells of it", () => host.Server.Log.Any(IsTold));
        Assert.Single(host.Server.Log, IsTold);
        await host.UntilAsync("all three are held", async () =>
            (await host.Store.ReadBacklogAsync(CancellationToken.None)) is { Outbox: 0 } backlog && backlog.Endpoints is [{ Waiting: 3, Dead: 0 }]);

        host.Receiver.Answer(200);
        var before = host.Hooks.Count;
        await host.ChangeAsync(endpoint, current => current with { Status = EndpointStatus.Enabled, DisabledReason = null, FailingSince = null });
        await host.UntilNothingWaitsAsync();
        Assert.Equal(before + 3, host.Hooks.Count);

        bool IsTold(string line) => line.Contains(endpoint.Id, StringComparison.Ordinal) && line.Contains("(gone)", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_fails_for_five_days_is_disabled_and_one_that_recovers_is_not()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument is { Name: "laurel.webhooks.disabled", Meter.Name: LaurelTelemetry.Name })
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Enqueue($"{tags[0].Value} {value}"));
        listener.Start();
        await using var host = await WebhookHost.StartAsync();
        var dead = await host.SubscribeAsync(name: "dead");
        var shaky = await host.SubscribeAsync(name: "shaky");
        host.Receiver.Answer(500);
        await host.EmitAsync(1);
        await host.UntilAttemptsAsync(dead, 1);
        await host.UntilAttemptsAsync(shaky, 1);

        // After four days only one of them takes a message.
        host.Server.Time.AdjustTime(host.Server.Time.GetUtcNow().AddDays(4));
        host.Receiver.AnswerAsync = (hook, _, _) => Task.FromResult(hook.Path == "shaky" ? 200 : 500);
        await host.EmitAsync(1, "q");
        await host.UntilAttemptsAsync(shaky, 2);
        await host.UntilAttemptsAsync(dead, 2);
        await host.UntilAsync("it has recovered", async () => (await host.ReadAsync(shaky))!.FailingSince is null);
        Assert.Equal(EndpointStatus.Enabled, (await host.ReadAsync(dead))!.Status);

        // Then both fail again, until the fifth day is over for one.
        host.Receiver.Answer(500);
        host.Server.Time.AdjustTime(host.Server.Time.GetUtcNow().AddDays(1));
        await host.EmitAsync(1, "r");
        await host.UntilAsync("it is disabled", async () => (await host.ReadAsync(dead))!.Status == EndpointStatus.Disabled);

        await host.UntilAsync("it is counted", () => counted.Contains("failing 1"));

        Assert.Equal("failing", (await host.ReadAsync(dead))!.DisabledReason);
        var note = (await host.Store.ReadNotesAsync(dead.Key, 1, 10, CancellationToken.None)).Notes[0];
        Assert.Equal(("laurel", "disabled"), (note.By, note.Change));
        Assert.Contains("2026-02-14T10:00:0", note.Detail, StringComparison.Ordinal);
        Assert.Single(host.Server.Log, line => line.Contains(dead.Id, StringComparison.Ordinal) && line.Contains("(failing)", StringComparison.Ordinal));
        await host.UntilAsync("the other has failed again", async () => (await host.ReadAsync(shaky))!.FailingSince is not null);
        Assert.Equal(EndpointStatus.Enabled, (await host.ReadAsync(shaky))!.Status);
    }
}
