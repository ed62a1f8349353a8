using System.Text;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>What a publish says about participants' progress. Source: docs/reference/program.md "What a change does to progress".</summary>
public class Progress_effect_tests
{
    private const string Schedule = "\"schedule\":{\"recurrence\":\"weekly\"},";

    [Theory]
    [InlineData("the same objective under another name", """{"code":"a","name":"A","event_name":"e","target":5}""", "")]
    [InlineData("an explicit count is the default", """{"code":"a","event_name":"e","metric":{"type":"count"},"target":5.0}""", "")]
    [InlineData("another reward", """{"code":"a","event_name":"e","target":5,"rewards":[{"type":"points","amount":1}]}""", "")]
    [InlineData("another code", """{"code":"b","event_name":"e","target":5}""", "a lost, b new")]
    [InlineData("one more objective", """{"code":"a","event_name":"e","target":5},{"code":"b","event_name":"e","target":1}""", "b new")]
    [InlineData("a lower target", """{"code":"a","event_name":"e","target":3}""", "a kept")]
    [InlineData("another event", """{"code":"a","event_name":"f","target":5}""", "a kept")]
    [InlineData("another condition", """{"code":"a","event_name":"e","where":{"property":"properties.x","op":"exists"},"target":5}""", "a kept")]
    [InlineData("a sum for a count", """{"code":"a","event_name":"e","metric":{"type":"sum","property":"properties.x"},"target":5}""", "a kept")]
    [InlineData("a set for a count", """{"code":"a","event_name":"e","metric":{"type":"distinct","property":"properties.x"},"target":5}""", "a lost")]
    [InlineData("a run for a count", """{"code":"a","event_name":"e","metric":{"type":"streak","period":"daily"},"target":5}""", "a lost")]
    public void Progress_goes_by_the_code_of_the_objective(string what, string objectives, string expected)
    {
        var progress = Progress(Challenge("", """{"code":"a","event_name":"e","target":5}"""), Challenge("", objectives));

        Assert.True(expected == Short(progress), $"{what}: {Short(progress)}");
    }

    [Fact]
    public void A_lower_target_is_completed_by_the_next_event_and_a_higher_one_stays_completed()
    {
        var (five, three) = (Challenge("", """{"code":"a","event_name":"e","target":5}"""), Challenge("", """{"code":"a","event_name":"e","target":3}"""));

        Assert.Equal(
            "The target goes from 5 to 3: whoever has reached that already completes it with the next event that counts.", Assert.Single(Progress(five, three)).Note);
        Assert.Equal("The target goes from 3 to 5. What is completed stays completed.", Assert.Single(Progress(three, five)).Note);
    }

    [Fact]
    public void The_target_of_a_smallest_number_is_nearer_when_it_is_higher()
    {
        const string Objective = """{"code":"a","event_name":"e","metric":{"type":"min","property":"properties.x"},"target":N}""";
        var (low, high) = (Challenge("", Objective.Replace("N", "3", StringComparison.Ordinal)), Challenge("", Objective.Replace("N", "5", StringComparison.Ordinal)));

        Assert.Contains("already completes it", Assert.Single(Progress(low, high)).Note, StringComparison.Ordinal);
        Assert.Contains("stays completed", Assert.Single(Progress(high, low)).Note, StringComparison.Ordinal);
    }

    [Fact]
    public void All_reasons_stand_in_one_note()
    {
        var effect = Assert.Single(Progress(
            Challenge("", """{"code":"a","event_name":"e","metric":{"type":"sum","property":"properties.x"},"target":5}"""),
            Challenge("", """{"code":"a","event_name":"f","metric":{"type":"sum","property":"properties.y"},"target":2.50}""")));

        Assert.Equal(
            new ProgressEffect(
                "a",
                "kept",
                "The number reached is kept; from this version on properties.y is measured instead of properties.x. "
                + "What was counted stays counted; events from this version on are judged by the new event_name and where. "
                + "The target goes from 5 to 2.5: whoever has reached that already completes it with the next event that counts."),
            effect);
    }

    [Theory]
    [InlineData("", "\"schedule\":{\"recurrence\":\"none\"},", "")]
    [InlineData("", "\"schedule\":{\"starts_at\":\"2026-01-01T00:00:00Z\"},", "")]
    [InlineData("", Schedule, "The challenge was without recurrence and is weekly")]
    [InlineData(Schedule, "\"schedule\":{\"recurrence\":\"monthly\"},", "The challenge was weekly and is monthly")]
    [InlineData(Schedule, "\"schedule\":null,", "The challenge was weekly and is without recurrence")]
    [InlineData("", "\"schedule\":{\"rolling\":\"P7D\"},", "The challenge was without recurrence and is rolling")]
    public void Another_recurrence_loses_what_runs_and_says_it_once(string before, string after, string expected)
    {
        var progress = Progress(
            Challenge(before, """{"code":"a","event_name":"e","target":5}"""), Challenge(after, """{"code":"a","event_name":"e","target":5,"requires":[]}"""));

        if (expected.Length == 0)
        {
            Assert.Empty(progress);
            return;
        }

        var effect = Assert.Single(progress);
        Assert.Equal((null, "lost"), (effect.Objective, effect.Effect));
        Assert.StartsWith(expected, effect.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("badges", """{"code":"d","criteria":{"event_name":"e","target":5}}""", """{"code":"d"}""", "- lost")]
    [InlineData("badges", """{"code":"d"}""", """{"code":"d","criteria":{"event_name":"e","target":5}}""", "- new")]
    [InlineData("badges", """{"code":"d","criteria":{"event_name":"e","target":5}}""", """{"code":"d","criteria":{"event_name":"e","target":4}}""", "- kept")]
    [InlineData("badges", """{"code":"d","rarity":"rare"}""", """{"code":"d","criteria":null}""", "")]
    [InlineData("streaks", """{"code":"d","event_name":"e","period":"daily"}""", """{"code":"d","event_name":"e","period":"weekly"}""", "- lost")]
    [InlineData("streaks", """{"code":"d","event_name":"e","period":"daily"}""", """{"code":"d","event_name":"f","period":"daily"}""", "- kept")]
    [InlineData("streaks", """{"code":"d","event_name":"e","period":"daily"}""", """{"code":"d","event_name":"e","period":"daily","grace_periods":1}""", "- kept")]
    [InlineData("streaks", """{"code":"d","event_name":"e","period":"daily"}""", """{"code":"d","name":"D","event_name":"e","period":"daily"}""", "")]
    [InlineData("tiers", """{"code":"d","level":1,"criteria_config":{"min_points":5}}""", """{"code":"d","level":1,"criteria_config":{"min_points":4}}""", "- kept")]
    [InlineData("tiers", """{"code":"d","level":1,"criteria_config":{"min_points":5}}""", """{"code":"d","level":1,"award_type":"manual"}""", "- kept")]
    [InlineData("tiers", """{"code":"d","level":1,"criteria_config":{"min_points":5}}""", """{"code":"d","level":1,"color":"x","criteria_config":{"min_points":5}}""", "")]
    [InlineData("point_rules", """{"code":"d","event_name":"e","amount":1}""", """{"code":"d","event_name":"f","amount":2}""", "")]
    [InlineData("rewards", """{"code":"d","stock":1}""", """{"code":"d","stock":2}""", "")]
    public void Every_kind_says_what_a_change_does(string section, string before, string after, string expected)
    {
        var revision = Compare(Document(section, before), Document(section, after));

        Assert.Equal("changed", Assert.Single(revision.Changes).Change);
        Assert.Equal(expected, Short(revision.Changes[0].Progress));
    }

    [Fact]
    public void What_is_added_left_out_or_comes_back_as_it_was_says_nothing()
    {
        var kept = Challenge("", """{"code":"a","event_name":"e","target":5}""");
        var without = ProgramDiff.Compare(kept, "{}"u8.ToArray());

        Assert.Empty(Assert.Single(ProgramDiff.Compare(null, kept).Changes).Progress);
        Assert.Empty(Assert.Single(without.Changes).Progress);
        Assert.Empty(Assert.Single(ProgramDiff.Compare(without.Document, kept).Changes).Progress);
    }

    [Theory]
    [InlineData("""{"time_zone":"Europe/Berlin"}""", """{"time_zone":"Asia/Kolkata"}""", "time_zone Asia/Kolkata changed")]
    [InlineData("""{"time_zone":"Europe/Berlin"}""", "{}", "time_zone Europe/Berlin deactivated")]
    [InlineData("{}", "{}", "time_zone Asia/Kolkata changed")]
    public void Another_zone_is_told_whether_the_document_names_it_or_the_tenant(string before, string after, string expected)
    {
        var changes = Compare(Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after)).ChangesWithZone("Europe/Berlin", "Asia/Kolkata");

        var change = Assert.Single(changes);
        Assert.Equal(expected, $"{change.Kind} {change.Code} {change.Change}");
        Assert.Equal(
            new ProgressEffect(
                null, "kept", "Periods that run now end by the clock of Europe/Berlin; Asia/Kolkata governs those that begin after this publish. No progress is lost."),
            Assert.Single(change.Progress));
    }

    private static byte[] Challenge(string schedule, string objectives) => Document("challenges", $$"""{"code":"c",{{schedule}}"objectives":[{{objectives}}]}""");

    private static byte[] Document(string section, string definition) => Encoding.UTF8.GetBytes($$"""{"{{section}}":[{{definition}}]}""");

    private static ProgramRevision Compare(byte[] before, byte[] after) => ProgramDiff.Compare(before, after);

    private static IReadOnlyList<ProgressEffect> Progress(byte[] before, byte[] after) => Compare(before, after).Changes is [var change] ? change.Progress : [];

    private static string Short(IEnumerable<ProgressEffect> progress) => string.Join(", ", progress.Select(effect => $"{effect.Objective ?? "-"} {effect.Effect}"));
}
