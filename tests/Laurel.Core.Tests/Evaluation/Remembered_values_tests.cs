using System.Globalization;
using Laurel.Facts;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>Sets and periods that have grown out of the document belong to the round that gathered them: none is forgotten before its end, none is known after it.</summary>
public class Remembered_values_tests
{
    // Sixty values are more than a document holds, and 300 days more than two pages.
    private const int Many = 60;

    [Fact]
    public void An_objective_that_a_completion_did_not_need_knows_its_values_still()
    {
        var participant = new SimulatedParticipant(Kept.Book(
            """
            {"challenges":[{"code":"c","max_completions":1000,"completion":{"any":1},"objectives":[
              {"code":"fast","event_name":"go","target":1},{"code":"slow","event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":500},
              {"code":"run","event_name":"visit","metric":{"type":"streak","period":"daily"},"target":500}]}]}
            """));
        Visit(participant, 400, day => day * 2);
        participant.Emit("go", "{}", "2028-06-01");
        Visit(participant, 400, day => day * 2);
        Assert.Equal(400, participant.State.Challenges[0].Of("slow").Current);

        // The days between: with those before the completion they make one run.
        Visit(participant, 399, day => (day * 2) + 1);
        Assert.Equal(1, participant.Facts.OfType<ObjectiveCompleted>().Count(fact => fact.ObjectiveCode == "run"));
    }

    [Fact]
    public void Who_enrols_again_starts_with_nothing()
    {
        var participant = new SimulatedParticipant(Kept.Book(
            """
            {"challenges":[{"code":"c","schedule":{"rolling":"P3Y"},"enrollment":"explicit","max_completions":9,"objectives":[
              {"code":"values","event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":9000},
              {"code":"run","event_name":"visit","metric":{"type":"streak","period":"daily"},"target":900}]}]}
            """));
        participant.Enroll("c", "2026-01-01");
        Visit(participant, 900, day => day);
        participant.Enroll("c", "2029-06-01");
        var (start, seen) = (SimulatedParticipant.At("2029-06-01"), 0);
        foreach (var day in Enumerable.Range(0, 900).Where(day => day % 3 == 0))
        {
            participant.Emit("visit", Property(day), new Timestamp(start.UnixMicroseconds + (day * 86_400_000_000L)), new Timestamp(start.UnixMicroseconds + (day * 86_400_000_000L)));
            seen++;
        }

        Assert.Equal((decimal)seen, participant.State.Challenges[0].Of("values").Current);
        Assert.Equal(1, participant.State.Challenges[0].Of("run").Current);
    }

    [Fact]
    public void Values_of_a_metric_that_was_taken_away_are_not_known_when_it_comes_back()
    {
        const string Distinct = """{"badges":[{"code":"b","criteria":{"event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":9000}}]}""";
        var participant = new SimulatedParticipant(Kept.Book(Distinct));
        Visit(participant, Many, day => day);
        participant.Book = Kept.Book("""{"badges":[{"code":"b","criteria":{"event_name":"visit","metric":{"type":"max","property":"properties.n"},"target":9000}}]}""", version: 2);
        Visit(participant, 1, _ => 100);
        participant.Book = Kept.Book(Distinct, version: 3);
        Visit(participant, Many, day => Many - 1 - day);
        Assert.Equal(Many, participant.State.BadgeProgress[0].Measured.Current);
    }

    [Fact]
    public void Only_an_event_that_counts_enrols_and_only_the_first()
    {
        var participant = new SimulatedParticipant(Kept.Book(
            """
            {"challenges":[{"code":"c","schedule":{"rolling":"P7D"},"objectives":[{"code":"o","event_name":"visit","metric":{"type":"sum","property":"properties.n"},"target":10},
              {"code":"p","event_name":"later","requires":["o"],"target":1}]}]}
            """));
        participant.Emit("visit", """{"n":"much"}""", "2026-01-01");
        participant.Emit("later", "{}", "2026-01-01");
        participant.Emit("visit", """{"n":"more"}""", "2026-01-02");
        Assert.Empty(participant.Facts);
        participant.Emit("visit", """{"n":1}""", "2026-01-03");
        participant.Emit("visit", """{"n":1}""", "2026-01-04");
        Assert.Single(participant.Facts, fact => fact is ChallengeEnrolled);
        Assert.Equal(SimulatedParticipant.At("2026-01-03"), participant.State.Challenges[0].EnrolledAt);
    }

    private static Properties Property(int n) => Properties.ReadTrusted(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{n}}}")));

    // On days after New Year 2026, a value a day, in the order given.
    private static void Visit(SimulatedParticipant participant, int visits, Func<int, int> dayOf)
    {
        foreach (var day in Enumerable.Range(0, visits).Select(dayOf))
        {
            var at = new Timestamp(Kept.NewYear.UnixMicroseconds + (day * 86_400_000_000L));
            participant.Emit("visit", Property(day), at, at);
        }
    }
}
