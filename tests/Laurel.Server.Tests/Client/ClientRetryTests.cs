using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Laurel.Client;
using Laurel.Server.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Laurel.Server.Tests.Client;

/// <summary>A call is made again with the same key, so that it counts once; what waiting does not help is not made again.</summary>
[Collection(OneServer.Name)]
public sealed class ClientRetryTests(RunningServer server)
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public async Task A_write_whose_answers_are_lost_counts_once(int lost, bool withinBody)
    {
        var participant = Some.Participant();
        using var recorder = new Recorder(server);
        using var cut = new Cut(lost, withinBody);
        await using var made = ClientUnderTest.Of(server, server.Test.Key, cut, recorder);

        var awarded = await made.Client.Points.AwardAsync(new AwardPoints(participant, 40));
        var balance = await made.Client.Points.ReadAsync(participant);

        Assert.Equal((true, false, 40L), (awarded.IsReplay, awarded.IsPayloadMismatch, awarded.NewBalance));
        Assert.Equal(40, balance.TotalEarned);
        var keys = recorder.Tries.Where(call => call.Method == "POST").Select(call => call.Key).ToList();
        Assert.Equal(lost + 1, keys.Count);
        Assert.Single(keys.Distinct(StringComparer.Ordinal));
        Assert.NotNull(keys[0]);
    }

    [Fact]
    public async Task An_event_a_batch_and_a_batch_of_awards_whose_answers_are_lost_count_once()
    {
        var participant = Some.Participant();
        using var first = new Cut(1, withinBody: false);
        using var second = new Cut(1, withinBody: true);
        using var third = new Cut(1, withinBody: false);

        await using (var made = ClientUnderTest.Of(server, server.Test.Key, first))
        {
            Assert.True((await made.Client.Events.EmitAsync(new EmitEvent(participant, "login"))).IsReplay);
        }

        await using (var made = ClientUnderTest.Of(server, server.Test.Key, second))
        {
            Assert.Equal(2, (await made.Client.Events.EmitBatchAsync([new EmitEvent(participant, "login"), new EmitEvent(participant, "login")])).Processed);
        }

        await using (var made = ClientUnderTest.Of(server, server.Test.Key, third))
        {
            Assert.Equal(7, (await made.Client.Points.AwardBatchAsync([new AwardPoints(participant, 3), new AwardPoints(participant, 4)])).Results[1].NewBalance);
            var state = await made.Client.Participants.ReadStateAsync(participant);
            Assert.Equal((3L, 7L), (state.TotalEvents, state.Points!.TotalEarned));
        }
    }

    [Fact]
    public async Task A_write_without_any_answer_says_under_which_key_it_may_be_sent_again()
    {
        var participant = Some.Participant();
        using var cut = new Cut(4, withinBody: false);
        await using var made = ClientUnderTest.Of(server, server.Test.Key, cut);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.AwardAsync(new AwardPoints(participant, 40)));
        var again = await made.Client.Points.AwardAsync(new AwardPoints(participant, 40), fault.IdempotencyKey);

        Assert.Equal((null, LaurelErrorCodes.Unreachable, true), (fault.Status, fault.Code, fault.IsOutcomeUnknown));
        Assert.Equal((true, 40L), (again.IsReplay, again.NewBalance));
    }

    [Fact]
    public async Task An_erasure_whose_answer_is_lost_is_not_made_again()
    {
        var participant = Some.Participant();
        using var recorder = new Recorder(server);
        using var cut = new Cut(1, withinBody: false);
        await server.Test.PostEventAsync(Some.Event(participant));
        await using var made = ClientUnderTest.Of(server, server.Test.Key, cut, recorder);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Participants.EraseAsync(participant));

        Assert.True(fault.IsOutcomeUnknown);
        Assert.Single(recorder.Tries);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_server_that_says_when_to_come_again_is_waited_for(int status)
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time, Problem(status, TimeSpan.FromSeconds(3)), Balance());
        await using var made = ClientUnderTest.Of(wire, time);

        var read = await DrivenAsync(made.Client.Points.ReadAsync("a"), time);

        Assert.Equal(7, read.Balance);
        Assert.True(wire.Times[1] - wire.Times[0] >= TimeSpan.FromSeconds(3), $"waited {wire.Times[1] - wire.Times[0]}");
        Assert.Equal("http://laurel.example/under/a/path/api/v1/gamify/participants/a/points", wire.Address);
    }

    [Fact]
    public async Task A_wait_longer_than_the_call_may_take_is_told_at_once()
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time, Problem(429, TimeSpan.FromSeconds(60)));
        await using var made = ClientUnderTest.Of(wire, time);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.ReadAsync("a"));

        Assert.Equal((429, "CODE", TimeSpan.FromSeconds(60)), (fault.Status, fault.Code, fault.RetryAfter));
        Assert.Single(wire.Times);
    }

    [Fact]
    public async Task After_the_last_try_the_last_answer_is_told()
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time, Problem(503, null));
        await using var made = ClientUnderTest.Of(wire, time);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => DrivenAsync(made.Client.Points.ReadAsync("a"), time));

        Assert.Equal((503, "CODE", "Detail.", "t1", false), (fault.Status, fault.Code, fault.Detail, fault.TraceId, fault.IsOutcomeUnknown));
        Assert.Equal(4, wire.Times.Count);
    }

    [Theory]
    [InlineData(307)]
    [InlineData(400)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task What_another_try_does_not_help_is_told_at_once(int status)
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time, Problem(status, null));
        await using var made = ClientUnderTest.Of(wire, time);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.ReadAsync("a"));

        Assert.Equal(status, fault.Status);
        Assert.Single(wire.Times);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time);
        await using var made = ClientUnderTest.Of(wire, time);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => DrivenAsync(made.Client.Points.AwardAsync(new AwardPoints("a", 1)), time));

        Assert.Equal((null, LaurelErrorCodes.TimedOut, true), (fault.Status, fault.Code, fault.IsOutcomeUnknown));
        Assert.NotNull(fault.IdempotencyKey);
        Assert.InRange(wire.Times.Count, 2, 4);
    }

    [Fact]
    public async Task Whoever_cancels_is_obeyed()
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time);
        await using var made = ClientUnderTest.Of(wire, time);
        using var cancel = new CancellationTokenSource();

        var call = made.Client.Points.ReadAsync("a", cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData("<html>Not Laurel</html>")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"participant_id":null,"balance":1,"total_earned":1,"total_spent":0,"currencies":{}}""")]
    public async Task An_answer_that_is_none_of_Laurels_is_an_error(string body)
    {
        var time = new FakeTimeProvider();
        using var wire = new Scripted(time, () => Answer(200, body));
        await using var made = ClientUnderTest.Of(wire, time);

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.ReadAsync("a"));

        Assert.Equal((200, LaurelErrorCodes.Unreadable), (fault.Status, fault.Code));
    }

    // The clock goes on until the call is over.
    private static async Task<T> DrivenAsync<T>(Task<T> call, FakeTimeProvider time)
    {
        await Wait.UntilAsync("the call is over", () =>
        {
            if (!call.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }

            return Task.FromResult(call.IsCompleted);
        });
        return await call;
    }

    private static Func<HttpResponseMessage> Balance() =>
        () => Answer(200, """{"participant_id":"a","balance":7,"total_earned":7,"total_spent":0,"currencies":{},"of_a_newer_server":true}""");

    private static Func<HttpResponseMessage> Problem(int status, TimeSpan? retryAfter) => () =>
    {
        var response = Answer(status, $$"""{"type":"about:blank","title":"T","status":{{status}},"detail":"Detail.","code":"CODE","trace_id":"t1"}""");
        response.Headers.RetryAfter = retryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
        return response;
    };

    private static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    /// <summary>Answers by its script, the last line of it for ever; an empty one never answers.</summary>
    private sealed class Scripted(TimeProvider time, params Func<HttpResponseMessage>[] script) : HttpMessageHandler
    {
        public List<DateTimeOffset> Times { get; } = [];

        public string Address { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Times.Add(time.GetUtcNow());
            Address = request.RequestUri!.AbsoluteUri;
            if (script.Length == 0)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return script[Math.Min(Times.Count, script.Length) - 1]();
        }
    }
}
