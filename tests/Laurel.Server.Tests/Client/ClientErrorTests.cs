using System.Reflection;
using Laurel.Client;
using Laurel.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Laurel.Server.Tests.Client;

/// <summary>What the server refuses is an exception that programs can act on; ids of every kind reach whom they name.</summary>
[Collection(OneServer.Name)]
public sealed class ClientErrorTests(RunningServer server)
{
    [Fact]
    public async Task Every_fault_of_a_request_is_told_with_its_place()
    {
        await using var made = ClientUnderTest.Of(server, server.Test.Key, new Recorder(server));

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.AwardAsync(new AwardPoints("", 0) { Currency = "No" }));

        Assert.Equal((422, LaurelErrorCodes.Unprocessable, false), (fault.Status, fault.Code, fault.IsOutcomeUnknown));
        Assert.Equal(["/amount", "/currency", "/participant_id"], fault.Errors.Select(one => one.Pointer).Order(StringComparer.Ordinal));
        Assert.All(fault.Errors, one => Assert.NotEqual("", one.Message));
        Assert.NotEqual("", fault.TraceId);
        Assert.NotNull(fault.IdempotencyKey);
    }

    [Fact]
    public async Task Too_few_points_are_an_error_with_both_numbers()
    {
        var participant = Some.Participant();
        await using var made = ClientUnderTest.Of(server, server.Test.Key, new Recorder(server));
        await made.Client.Points.AwardAsync(new AwardPoints(participant, 30));

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.DeductAsync(new DeductPoints(participant, 50)));

        Assert.Equal((400, LaurelErrorCodes.InsufficientPoints, "Insufficient points. Available: 30, requested: 50"), (fault.Status, fault.Code, fault.Detail));
    }

    [Fact]
    public async Task A_wrong_key_and_a_key_without_the_scope_are_told_apart()
    {
        var tenant = await server.NewTenantAsync();
        await using var wrong = ClientUnderTest.Of(server, "bq_test_" + Some.Times(32, "0"), new Recorder(server));
        await using var plain = ClientUnderTest.Of(server, tenant.Participant.Key, new Recorder(server));

        var unauthorized = await Assert.ThrowsAsync<LaurelException>(() => wrong.Client.Rewards.ListAsync());
        var forbidden = await Assert.ThrowsAsync<LaurelException>(() => plain.Client.Program.ReadAsync());

        Assert.Equal((401, LaurelErrorCodes.Unauthorized), (unauthorized.Status, unauthorized.Code));
        Assert.Equal((403, LaurelErrorCodes.Forbidden), (forbidden.Status, forbidden.Code));
    }

    [Fact]
    public async Task A_bad_idempotency_key_is_the_servers_to_refuse()
    {
        await using var made = ClientUnderTest.Of(server, server.Test.Key, new Recorder(server));

        var fault = await Assert.ThrowsAsync<LaurelException>(() => made.Client.Points.AwardAsync(new AwardPoints("a", 1), "with spaces"));

        Assert.Equal((400, LaurelErrorCodes.IdempotencyKeyInvalid, "with spaces"), (fault.Status, fault.Code, fault.IdempotencyKey));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("100%")]
    [InlineData("a?b=c#d")]
    [InlineData("a+b c")]
    [InlineData("...")]
    [InlineData("../x")]
    [InlineData("%2e%2e")]
    [InlineData("zoë@例え.jp")]
    [InlineData("🦄")]
    public async Task An_id_of_any_letters_is_one_segment_of_a_path(string id)
    {
        var participant = id + Some.Participant();
        await using var made = ClientUnderTest.Of(server, server.Test.Key, new Recorder(server));

        await made.Client.Events.EmitAsync(new EmitEvent(participant, "login"));
        var state = await made.Client.Participants.ReadStateAsync(participant, StateParts.Points);
        var history = await made.Client.Events.ListAsync(participant);

        Assert.Equal((participant, 1L), (state.ParticipantId, state.TotalEvents));
        Assert.Equal((participant, 1), (history.ParticipantId, history.Total));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    public async Task An_id_that_cannot_stand_in_a_path_is_refused_before_it_is_sent(string id)
    {
        using var recorder = new Recorder(server);
        await using var made = ClientUnderTest.Of(server, server.Test.Key, recorder);

        await Assert.ThrowsAsync<ArgumentException>(async () => await made.Client.Participants.ReadAsync(id));

        Assert.Empty(recorder.Tries);
    }

    [Fact]
    public void Wrong_options_are_told_all_at_once_and_without_the_key()
    {
        using var provider = new ServiceCollection().AddLaurelClient(options =>
        {
            options.Address = new Uri("ftp://laurel.example");
            options.ApiKey = "secret with spaces";
            options.MaxAttempts = 0;
            options.FirstDelay = TimeSpan.Zero;
            options.AttemptTimeout = TimeSpan.FromHours(2);
            options.TotalTimeout = TimeSpan.Zero;
        }).Services.BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<LaurelClient>);

        Assert.Equal(["Address", "ApiKey", "MaxAttempts", "FirstDelay", "TotalTimeout", "AttemptTimeout"], fault.Failures.Select(text => text.Split(' ')[0]));
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_code_of_the_client_is_one_that_the_API_reference_knows()
    {
        var reference = (await server.Anonymous.GetAsync("/openapi/v1.json")).Text;
        var codes = typeof(LaurelErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

        Assert.All(codes.Where(code => !code.StartsWith("CLIENT_", StringComparison.Ordinal)), code => Assert.Contains(code, reference, StringComparison.Ordinal));
    }
}
