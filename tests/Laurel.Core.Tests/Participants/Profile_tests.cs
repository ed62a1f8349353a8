using System.Text;
using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;

namespace Laurel.Core.Tests.Participants;

/// <summary>Profiles change by commands, and rules read their attributes.</summary>
public class Profile_tests
{
    private const string Program =
        """
        {"point_rules":[
           {"code":"pro","event_name":"buy","where":{"property":"participant.attributes.plan","op":"eq","value":"pro"},"amount":10},
           {"code":"deep","event_name":"buy","where":{"property":"participant.attributes.address.lines.0","op":"starts_with","value":"Main"},"amount":20},
           {"code":"old","event_name":"buy","where":{"property":"participant.attributes.age","op":"gte","value":65.0},"amount":30},
           {"code":"tagged","event_name":"buy","where":{"all":[{"property":"participant.attributes.tags","op":"contains","value":"vip"},{"property":"participant.attributes.mail","op":"eq","value":true}]},"amount":40},
           {"code":"unknown","event_name":"buy","where":{"property":"participant.attributes.plan","op":"not_exists"},"amount":1},
           {"code":"told","event_name":"participant.updated","where":{"all":[{"property":"properties.changed","op":"contains","value":"attributes"},{"property":"participant.attributes.plan","op":"eq","value":"pro"}]},"amount":500}]}
        """;

    private static readonly string Long = new('x', 3000);

    private const string Now = "2026-02-14T10:00:00Z";

    [Fact]
    public void Rules_read_attributes_as_they_read_properties()
    {
        var participant = New();
        Assert.Equal([1], Buy(participant));

        participant.Run(Change("""{"attributes":{"plan":"free","address":{"lines":["Main Street 1"]},"age":65,"tags":["new","vip"],"mail":true}}"""), Now);

        Assert.Equal([20, 30, 40], Buy(participant));
    }

    [Fact]
    public void The_fact_of_a_change_is_judged_after_it_and_an_event_before_it_was_judged_without()
    {
        var participant = New();

        var decision = participant.Run(Change("""{"attributes":{"plan":"pro"}}"""), Now);

        Assert.Equal([FactKinds.ParticipantUpdated, FactKinds.PointsAwarded], decision.Facts.Select(fact => fact.Kind));
        Assert.Equal([10], Buy(participant));
    }

    [Fact]
    public void A_trace_shows_the_attribute_that_was_compared()
    {
        var participant = New();
        participant.Run(Change("""{"attributes":{"plan":"free"}}"""), Now);
        var trace = new Trace();

        Evaluator.Evaluate(participant.Book, participant.State, new EventInput(default, "buy", Properties.Empty, SimulatedParticipant.At(Now), SimulatedParticipant.At(Now)), Supplies.None, trace);

        var compared = Assert.Single(trace.Rules[0].Conditions);
        Assert.Equal(("participant.attributes.plan", "free", false), (compared.Property, compared.Actual.Text, compared.Result));
    }

    [Fact]
    public void Members_given_replace_members_absent_stay_and_null_removes()
    {
        var participant = New();
        Assert.Equal(["display_name", "attributes"], Changed(participant.Run(Change("""{"display_name":"Zoë","attributes":{"a":1,"b":2}}"""), Now)));

        Assert.Equal(["avatar_url", "attributes"], Changed(participant.Run(Change("""{"avatar_url":"https://a/b.png","attributes":{"c":3}}"""), Now)));
        Assert.Equal("Zoë https://a/b.png {\"c\":3}", Tell(participant));

        Assert.Equal(["display_name", "attributes"], Changed(participant.Run(Change("""{"display_name":null,"attributes":null}"""), Now)));
        Assert.Equal(" https://a/b.png {}", Tell(participant));
    }

    [Fact]
    public void A_patch_merges_attributes_and_keeps_numbers_and_letters_as_they_were_written()
    {
        var participant = New();
        participant.Run(Change("""{"attributes":{"keep":2.50,"näme":"größe","deep":{"x":1,"y":[1,2]}}}"""), Now);

        participant.Run(Change("""{"attributes":{"deep":{"x":null,"z":1E3},"new":"n"}}""", isPatch: true), Now);

        Assert.Equal("""  {"keep":2.50,"näme":"größe","deep":{"y":[1,2],"z":1E3},"new":"n"}""", Tell(participant));
    }

    [Fact]
    public void What_changes_nothing_keeps_nothing_but_makes_a_participant_that_is_new()
    {
        var participant = New();
        Assert.Empty(Changed(participant.Run(Change("{}"), Now)));
        Assert.Equal(1, participant.State.Seq);
        Assert.Null(participant.State.Profile);

        participant.Run(Change("""{"display_name":"A","attributes":{"a":1,"b":2}}"""), Now);
        var before = participant.State.Seq;
        Assert.All(
            [Change("""{"display_name":"A","attributes":{"b":2,"a":1}}"""), Change("{}"), Change("""{"attributes":{"a":1,"c":null}}""", isPatch: true), Change("""{"avatar_url":null}""")],
            command => Assert.Equal(Refusal.NothingChanged, participant.Run(command, Now).Refusal));
        Assert.Equal(before, participant.State.Seq);
    }

    [Fact]
    public void A_patch_makes_nobody() => Assert.Equal(Refusal.ParticipantNotFound, New().Run(Change("""{"display_name":"A"}""", isPatch: true), Now).Refusal);

    [Fact]
    public void Attributes_that_grow_too_large_by_a_patch_are_refused()
    {
        var participant = New();
        participant.Run(Change($$$"""{"attributes":{"a":"{{{Long}}}"}}"""), Now);

        Assert.Equal(Refusal.AttributesTooLarge, participant.Run(Change($$$"""{"attributes":{"b":"{{{Long}}}"}}""", isPatch: true), Now).Refusal);
        Assert.Null(participant.Run(Change($$$"""{"attributes":{"a":null,"b":"{{{Long}}}"}}""", isPatch: true), Now).Refusal);
    }

    [Fact]
    public void Attributes_may_be_as_deep_as_properties()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", PropertiesReader.MaxDepth - 1)) + "{}" + new string('}', PropertiesReader.MaxDepth - 1);
        var participant = New();
        var command = Change($$"""{"attributes":{{deep}}}""");

        participant.Run(command, Now);

        Assert.Equal($"  {deep}", Tell(participant));
        Assert.Contains(deep, Encoding.UTF8.GetString(command.Payload().Json.Span), StringComparison.Ordinal);
    }

    private static SimulatedParticipant New() => new(Kept.Book(Program));

    private static UpdateProfileInput Change(string changes, bool isPatch = false) => new(default, changes, isPatch, default);

    private static long[] Buy(SimulatedParticipant participant) => [.. participant.Emit("buy", "{}", Now).OfType<PointsAwarded>().Select(points => points.Amount)];

    private static IReadOnlyList<string> Changed(Decision decision) => decision.Facts.OfType<ParticipantUpdated>().Single().Changed;

    private static string Tell(SimulatedParticipant participant)
    {
        var profile = participant.State.Profile!;
        return $"{profile.DisplayName} {profile.AvatarUrl} {Encoding.UTF8.GetString(profile.AttributesJson.Span)}";
    }
}
