using System.Text;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>The state document stays under 16 KiB however long the history. Source: semantics §7.</summary>
public class State_size_tests
{
    private const int Limit = 16 * 1024;
    private const int Days = 3652;
    private const long Day = 86_400_000_000;

    private const string Program =
        """
        {"time_zone":"Europe/Berlin","currencies":[{"code":"points"},{"code":"gems"}],
         "point_rules":[{"code":"a_year","event_name":"visit","amount":3,"expires_after":"P365D"},{"code":"ten_years","event_name":"visit","amount":2,"currency":"gems","expires_after":"P10Y"},
           {"code":"daily","event_name":"visit","amount":5,"cap":{"period":"day","amount":20}},{"code":"weekly","event_name":"visit","amount":5,"cap":{"period":"week","amount":100}},
           {"code":"monthly","event_name":"visit","amount":5,"cap":{"period":"month","amount":300}},{"code":"yearly","event_name":"visit","amount":5,"cap":{"period":"year","amount":2000}}],
         "badges":[{"code":"count","criteria":{"event_name":"visit","target":1000000}},{"code":"thousands","criteria":{"event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":9000}},
           {"code":"run","criteria":{"event_name":"visit","metric":{"type":"streak","period":"daily"},"target":9000}},{"code":"given"}],
         "challenges":[
           {"code":"each_day","schedule":{"recurrence":"daily"},"objectives":[{"code":"o","event_name":"visit","target":40},{"code":"d","event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":40}],"rewards":[{"type":"points","amount":1}]},
           {"code":"each_week","schedule":{"recurrence":"weekly"},"objectives":[{"code":"o","event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":1000},{"code":"m","event_name":"visit","metric":{"type":"max","property":"properties.n"},"target":10000}]},
           {"code":"each_month","schedule":{"recurrence":"monthly"},"objectives":[{"code":"o","event_name":"visit","metric":{"type":"sum","property":"properties.n"},"target":100000},{"code":"s","event_name":"visit","metric":{"type":"streak","period":"daily"},"target":28}]},
           {"code":"each_year","schedule":{"recurrence":"yearly"},"objectives":[{"code":"o","event_name":"visit","metric":{"type":"distinct","property":"local_day"},"target":200}],"rewards":[{"type":"badge","code":"given"}]},
           {"code":"rounds","max_completions":1000000,"objectives":[{"code":"o","event_name":"visit","target":7},{"code":"d","event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":200}],"completion":{"any":1},"rewards":[{"type":"reward","code":"coupon"}]},
           {"code":"until","schedule":{"ends_at":"2030-01-01T00:00:00Z"},"objectives":[{"code":"o","event_name":"visit","target":1000000}]},
           {"code":"rolling","schedule":{"rolling":"P10Y"},"max_completions":5,"objectives":[{"code":"o","event_name":"visit","metric":{"type":"distinct","property":"properties.n"},"target":9000},{"code":"l","event_name":"visit","metric":{"type":"min","property":"properties.n"},"target":1}]}],
         "streaks":[{"code":"days","event_name":"visit","period":"daily","grace_periods":1,"freezes":{"earned_every":7,"stockpile_max":5},"milestones":[{"count":7,"rewards":[{"type":"points","amount":2,"currency":"gems"}]}]},
           {"code":"weeks","event_name":"visit","period":"weekly"},{"code":"months","event_name":"visit","period":"monthly"}],
         "tiers":[{"code":"t0","level":1,"criteria_config":{"min_points":0}},{"code":"t1","level":2,"criteria_config":{"min_points":500},"requalify":{"period":"monthly","min_points":500}},
           {"code":"t2","level":3,"criteria_config":{"min_points":5000},"requalify":{"period":"yearly","min_points":5000}}],
         "rewards":[{"code":"coupon","type":"coupon","code_pool":true,"max_claims_per_participant":1000}]}
        """;

    private enum Order
    {
        AsTheyHappen,
        SomeLate,
        Backwards,
    }

    // A visit each half hour, but for days on which nobody comes, so that streaks freeze and break.
    private static readonly long[] Visits =
    [
        .. Enumerable.Range(0, Days).Where(day => day % 11 is not (3 or 4 or 5) && day % 200 >= 9)
            .SelectMany(day => Enumerable.Range(0, 40).Select(visit => Kept.NewYear.UnixMicroseconds + (Day * day) + (visit * Day / 40) + (day * 7919))),
    ];

    [Fact]
    public void A_hundred_thousand_events_over_ten_years_leave_a_document_of_less_than_16_KiB() => StaysSmall(Visits, Order.AsTheyHappen);

    [Fact]
    public void Late_events_leave_a_document_of_less_than_16_KiB() => StaysSmall(LongRun.IsOn ? Visits : [.. Visits.Where((_, place) => place % 25 == 0)], Order.SomeLate);

    [Fact]
    public void A_history_that_is_loaded_backwards_leaves_a_document_of_less_than_16_KiB() => StaysSmall(LongRun.IsOn ? Visits : [.. Visits.Where((_, place) => place % 25 == 0)], Order.Backwards);

    // A program may have as many currencies as it likes, but points that live for ten years seldom come in more than two or three of them.
    [Fact]
    public void A_hundred_thousand_lots_in_any_order_take_less_than_6_KiB_of_the_document()
    {
        var shuffled = Visits.ToArray();
        new Random(1).Shuffle(shuffled);
        foreach (var order in (long[][])[Visits, [.. Visits.Reverse()], LongRun.IsOn ? shuffled : shuffled[..10_000]])
        {
            var shelf = new PartShelf(hasParts: false, Supplies.None);
            var lots = new LotBook("points", [], [], [], 0);
            var largest = 0;
            for (var i = 0; i < order.Length; i++)
            {
                lots = LotEvaluation.Add(lots, new Timestamp(order[i]), 1_000 + i, shelf);
                largest = i % 100 == 0 ? Math.Max(largest, StateDocument.Write(ParticipantState.New with { Lots = [lots] }).Length) : largest;
            }

            Assert.True(largest < 6 * 1024, $"{largest} bytes");
        }
    }

    // What is done by hand is no part of ten years of visits.
    private static readonly int KindsByRules = FactKinds.All.ToList().IndexOf(FactKinds.PointsDeducted);

    private static void StaysSmall(long[] visits, Order order)
    {
        var participant = new SimulatedParticipant(Kept.Book(Program)) { IsKeptLive = true };
        var (random, last) = (new Random(1), new Timestamp(visits[^1]));
        var (largest, largestAt) = (0, 0);
        for (var i = 0; i < visits.Length; i++)
        {
            var occurred = order == Order.Backwards ? visits[^(i + 1)] : order == Order.SomeLate && i % 10 == 0 ? visits[random.Next(i + 1)] : visits[i];
            var received = order == Order.Backwards ? last : new Timestamp(visits[i]);
            participant.Emit("visit", Properties.ReadTrusted(Encoding.UTF8.GetBytes($$"""{"n":{{random.Next(2, 8000)}}}""")), new Timestamp(occurred), received);
            if (i % 50 == 0 || i == visits.Length - 1)
            {
                var size = StateDocument.Write(participant.State).Length;
                (largest, largestAt) = size > largest ? (size, i) : (largest, largestAt);
            }
        }

        Assert.True(largest < Limit, $"{largest} bytes after event {largestAt} of {visits.Length}: {Kept.State(participant.State)}");
        Assert.True(order != Order.AsTheyHappen || (visits.Length > 100_000 && participant.State.FactCounts.Take(KindsByRules).All(count => count > 0)), string.Join(' ', participant.State.FactCounts));
    }
}
