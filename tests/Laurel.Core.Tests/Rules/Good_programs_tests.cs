using System.Text;
using Laurel.Core.Tests.Evaluation;
using Laurel.Points;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

public class Good_programs_tests
{
    [Fact]
    public void The_demo_program_rewards_the_example_of_the_contract()
    {
        var participant = new Participant(Demo());

        Assert.Equal(
            ["49 points from point_rule spend make 49", "badge first_purchase from badge first_purchase", "tier bronze after none"],
            participant.Send("purchase_completed", """{"amount":49.99,"currency":"USD","product_id":"prod_abc"}"""));
        Assert.Equal(["100 points from point_rule signup make 149"], participant.Send("loyalty_signup", """{"channel":"email"}"""));
        Assert.Empty(participant.Send("loyalty_signup"));
    }

    [Fact]
    public void The_demo_program_can_be_played_to_its_end()
    {
        var participant = new Participant(Demo());
        for (var purchase = 0; purchase < 10; purchase++)
        {
            participant.Send("purchase_completed", """{"amount":250,"currency":"USD"}""");
        }

        var told = participant.AllFacts.Select(Participant.Tell).ToList();
        foreach (var fact in (string[])
            ["challenge five_good_buys x1", "badge regular from challenge five_good_buys", "badge big_spender from badge big_spender",
            "tier silver after bronze", "tier gold after silver"])
        {
            Assert.Single(told, fact);
        }

        Assert.Single(told, fact => fact.StartsWith("50 points from point_rule silver_bonus", StringComparison.Ordinal));
        Assert.Equal(2650, participant.State.BalanceOf("points").Current);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"version":7,"time_zone":null,"currencies":[],"streaks":[],"rewards":null,"leaderboards":[]}""")]
    public void An_empty_program_is_valid(string document)
    {
        var book = Read(document);

        Assert.Equal([Currency.Default], book.Currencies);
        Assert.Equal(3, book.Version);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Argentina/Buenos_Aires")]
    [InlineData("Etc/GMT+5")]
    public void Time_zones_are_known(string zone) => Read($$"""{"time_zone":"{{zone}}"}""");

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var book = Read(
            """
            {"currencies":[{"code":"gems"},{"code":"points"}],
             "point_rules":[{"code":"r","event_name":"e","amount":{"property":"properties.a"}}],
             "badges":[{"code":"b","criteria":{"event_name":"e","target":2.5}}],
             "challenges":[{"code":"c","objectives":[{"code":"o","event_name":"e","target":1},{"code":"p","event_name":"e","target":1,"requires":["o"]}],"rewards":[{"type":"points","amount":7}]}],
             "tiers":[{"code":"t","level":1,"criteria_config":{"min_points":0}}]}
            """);

        var rule = Assert.Single(book.PointRules);
        var amount = Assert.IsType<PointAmount.Proportional>(rule.Amount);
        Assert.Equal(("r", "gems", true, null), (rule.Name, rule.Currency, rule.IsActive, rule.Cap?.Amount));
        Assert.Equal((1m, PointRounding.Down, null, null), (amount.Multiply, amount.Round, amount.Min, amount.Max));
        var badge = Assert.Single(book.Badges);
        Assert.Equal(("common", "", 2.5m), (badge.Rarity, badge.Description, badge.Criteria!.Target));
        Assert.IsType<Metric.Count>(badge.Criteria.Metric);
        var challenge = Assert.Single(book.Challenges);
        Assert.Equal((2, 1, null, null), (challenge.ObjectivesNeeded, challenge.MaxCompletions, challenge.Schedule.StartsAt, challenge.Schedule.EndsAt));
        Assert.Equal([0], challenge.Objectives[1].Requires);
        Assert.Equal(new Reward.Points(7, "gems", ExpiresAfter: null), Assert.Single(challenge.Rewards));
        Assert.True(Assert.Single(book.Tiers).IsAutomatic);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var book = Read(
            """
            {"point_rules":[{"code":"r","name":"Rule","event_name":"e","amount":{"property":"properties.a","multiply":1.5,"round":"up","min":2,"max":9},"cap":{"period":"all_time","amount":1e3},
                             "active_from":"2026-01-01T00:00:00Z","active_to":"2027-01-01T00:00:00+01:00","is_active":false}],
             "badges":[{"code":"b","name":"Badge","description":"d","icon_url":"i","category":"c","rarity":"epic","display_order":-3}],
             "challenges":[{"code":"c","schedule":{"starts_at":"2026-01-01T00:00:00Z","ends_at":"2026-02-01T00:00:00Z","recurrence":"none"},"enrollment":"automatic","completion":{"any":1},"max_completions":4,
                            "eligibility":{"property":"participant.badges","op":"contains","value":"b"},
                            "objectives":[{"code":"o","event_name":"e","metric":{"type":"sum","property":"properties.a"},"target":1},{"code":"p","event_name":"f","target":1}]}],
             "tiers":[{"code":"t","level":1,"color":"#fff","award_type":"manual","benefits":[{"free":["shipping",1.50]}]}]}
            """);

        var rule = book.PointRules[0];
        Assert.Equal(("Rule", false, 1000L), (rule.Name, rule.IsActive, rule.Cap?.Amount));
        Assert.Equal("2026-12-31T23:00:00Z", rule.ActiveTo.ToString());
        var amount = Assert.IsType<PointAmount.Proportional>(rule.Amount);
        Assert.Equal((1.5m, PointRounding.Up, 2L, 9L), (amount.Multiply, amount.Round, amount.Min, amount.Max));
        Assert.Equal(("d", "i", "c", "epic", -3), (book.Badges[0].Description, book.Badges[0].IconUrl, book.Badges[0].Category, book.Badges[0].Rarity, book.Badges[0].DisplayOrder));
        Assert.Equal((1, 4), (book.Challenges[0].ObjectivesNeeded, book.Challenges[0].MaxCompletions));
        Assert.IsType<Condition.Compare>(book.Challenges[0].Eligibility);
        Assert.IsType<Metric.Sum>(book.Challenges[0].Objectives[0].Criteria.Metric);
        Assert.False(book.Tiers[0].IsAutomatic);
    }

    [Theory]
    [InlineData("""{"property":"properties.a","op":"eq","value":null}""")]
    [InlineData("""{"property":"properties.a","op":"ne","value":false}""")]
    [InlineData("""{"property":"properties.a","op":"gt","value":-1.5e3}""")]
    [InlineData("""{"property":"properties.a","op":"gte","value":0}""")]
    [InlineData("""{"property":"properties.a","op":"lt","value":9999999999999999999999999999}""")]
    [InlineData("""{"property":"properties.a","op":"lte","value":0.000}""")]
    [InlineData("""{"property":"properties.a","op":"in","value":["a",1,true,null]}""")]
    [InlineData("""{"property":"properties.a","op":"not_in","value":[""]}""")]
    [InlineData("""{"property":"properties.a","op":"contains","value":1}""")]
    [InlineData("""{"property":"properties.a","op":"starts_with","value":"SKU-"}""")]
    [InlineData("""{"property":"properties.a","op":"ends_with","value":"🙂"}""")]
    [InlineData("""{"property":"properties.a","op":"exists"}""")]
    [InlineData("""{"property":"properties.a","op":"not_exists"}""")]
    [InlineData("""{"property":"properties.a","op":"matches","value":"(?i)^sku-\\d{1,9}$"}""")]
    [InlineData("""{"property":"participant.tier","op":"not_exists"}""")]
    [InlineData("""{"not":{"any":[{"all":[{"property":"participant.tier","op":"in","value":["gold"]}]}]}}""")]
    public void Every_operator_can_be_used(string condition)
    {
        var book = Read(
            $$"""{"point_rules":[{"code":"r","event_name":"e","amount":1,"where":{{condition}} }],"tiers":[{"code":"gold","level":1,"criteria_config":{"min_points":5} }]}""");

        Assert.NotNull(book.PointRules[0].Where);
    }

    [Theory]
    [InlineData("properties.items.0.sku", "items|0|sku")]
    [InlineData("""properties.a\\.b.c""", "a.b|c")]
    [InlineData("""properties.a\\\\.b""", "a\\|b")]
    [InlineData("properties.größe", "größe")]
    public void Paths_are_split_at_their_dots(string path, string segments)
    {
        var book = Read($$"""{"point_rules":[{"code":"r","event_name":"e","amount":{"property":"{{path}}"} }]}""");

        var amount = Assert.IsType<PointAmount.Proportional>(book.PointRules[0].Amount);
        Assert.Equal(segments.Split('|'), amount.Property.Segments.Select(Encoding.UTF8.GetString));
    }

    private static string Demo() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "demo-program.json"));

    private static RuleBook Read(string document)
    {
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 3);
        Assert.Empty(reading.Faults);
        Assert.True(reading.IsValid);
        return reading.Book;
    }
}
