using System.Text;
using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

public class Program_diff_tests
{
    private const string Rule = """{"code":"r","event_name":"e","amount":5}""";
    private const string Badge = """{"code":"b","name":"B"}""";

    [Fact]
    public void Everything_in_a_first_document_is_added()
    {
        var revision = Compare(null, $$"""{"time_zone":"UTC","currencies":[{"code":"gems"}],"point_rules":[{{Rule}}],"badges":[{{Badge}}],"tiers":[{"code":"t","level":1,"award_type":"manual"}]}""");

        Assert.Equal(["time_zone UTC added", "currency gems added", "point_rule r added", "badge b added", "tier t added"], Changes(revision));
        Assert.False(revision.IsSame);
    }

    [Fact]
    public void Changes_are_listed_section_by_section()
    {
        var revision = Compare(
            null,
            """
            {"rewards":[{"code":"w"}],"tiers":[{"code":"t","level":1,"award_type":"manual"}],"streaks":[{"code":"s","event_name":"e","period":"daily"}],
             "challenges":[{"code":"c","objectives":[{"code":"o","event_name":"e","target":1}]}],"badges":[{"code":"b"}],"point_rules":[{"code":"r","event_name":"e","amount":5}],"currencies":[{"code":"gems"}]}
            """);

        Assert.Equal(["currency gems added", "point_rule r added", "badge b added", "challenge c added", "streak s added", "tier t added", "reward w added"], Changes(revision));
        Assert.Equal(["streak s deactivated", "reward w deactivated"], Changes(Compare(revision, Without(revision, "streaks", "rewards"))));
    }

    [Fact]
    public void The_first_document_is_a_change_even_where_it_is_empty() => Assert.False(Compare(null, "{}").IsSame);

    [Theory]
    [InlineData("""{"version":9,"point_rules":[{"code":"r","event_name":"e","amount":5}],"badges":[{"code":"b","name":"B"}]}""")]
    [InlineData("""{ "badges" : [ { "name" : "\u0042", "code" : "b" } ], "point_rules" : [ { "amount" : 5.0, "event_name" : "e", "code" : "r" } ] }""")]
    public void The_same_document_is_no_change_however_it_is_written(string again)
    {
        var kept = Compare(null, $$"""{"point_rules":[{{Rule}}],"badges":[{{Badge}}]}""").Document;

        var revision = ProgramDiff.Compare(kept, Encoding.UTF8.GetBytes(again));

        Assert.Empty(revision.Changes);
        Assert.True(revision.IsSame);
    }

    [Fact]
    public void What_is_left_out_is_carried_on_inactive_and_listed_once()
    {
        var first = Compare(null, $$"""{"point_rules":[{{Rule}}],"badges":[{{Badge}},{"code":"c","is_active":true}]}""");
        var second = Compare(first, $$"""{"badges":[{{Badge}}]}""");
        var third = Compare(second, $$"""{"badges":[{{Badge}}]}""");

        Assert.Equal(["point_rule r deactivated", "badge c deactivated"], Changes(second));
        Same($$"""{"point_rules":[{"code":"r","event_name":"e","amount":5,"is_active":false}],"badges":[{{Badge}},{"code":"c","is_active":false}]}""", second);
        Assert.Empty(third.Changes);
        Assert.True(third.IsSame);
    }

    [Fact]
    public void What_comes_back_is_changed()
    {
        var first = Compare(null, $$"""{"point_rules":[{{Rule}}]}""");
        var second = Compare(first, "{}");
        var third = Compare(second, $$"""{"point_rules":[{{Rule}}]}""");

        Assert.Equal(["point_rule r changed"], Changes(third));
        Same($$"""{"point_rules":[{{Rule}}]}""", third);
    }

    [Fact]
    public void What_says_that_it_is_not_active_is_deactivated()
    {
        var first = Compare(null, $$"""{"badges":[{{Badge}}]}""");

        Assert.Equal(["badge b deactivated"], Changes(Compare(first, """{"badges":[{"code":"b","name":"B","is_active":false}]}""")));
        Assert.Empty(Compare(first, """{"badges":[{"code":"b","name":"B","is_active":true}]}""").Changes);
        Assert.Equal(["badge b changed"], Changes(Compare(first, """{"badges":[{"code":"b","name":"C"}]}""")));
        Assert.Equal(["badge b changed"], Changes(Compare(first, """{"badges":[{"code":"b"}]}""")));
    }

    [Fact]
    public void Another_order_is_kept_and_no_change()
    {
        var first = Compare(null, """{"badges":[{"code":"a"},{"code":"b"}]}""");
        var second = Compare(first, """{"badges":[{"code":"b"},{"code":"a"}]}""");

        Assert.Empty(second.Changes);
        Assert.False(second.IsSame);
        Same("""{"badges":[{"code":"b"},{"code":"a"}]}""", second);
    }

    [Fact]
    public void A_currency_left_out_stays_after_the_others()
    {
        var first = Compare(null, """{"currencies":[{"code":"points"},{"code":"gems"}]}""");
        var second = Compare(first, """{"currencies":[{"code":"stars"}]}""");

        Assert.Equal(["currency stars added"], Changes(second));
        Same("""{"currencies":[{"code":"stars"},{"code":"points"},{"code":"gems"}]}""", second);
    }

    [Theory]
    [InlineData("""{"currencies":[{"code":"gems"}]}""", "{}", "points gems")]
    [InlineData("""{"currencies":[{"code":"gems"},{"code":"points"}]}""", "{}", "points gems")]
    [InlineData("{}", """{"currencies":[{"code":"gems"}]}""", "gems points")]
    [InlineData("{}", """{"currencies":[{"code":"gems"},{"code":"points"}]}""", "gems points")]
    [InlineData("{}", "{}", "points")]
    public void The_currency_that_a_document_means_by_default_survives_the_merge(string before, string after, string expected)
    {
        var revision = Compare(Compare(null, before), after);

        var book = ProgramReader.Read(revision.Document, version: 2).Book!;
        Assert.Equal(expected.Split(' '), book.Currencies.Select(currency => currency.Code));
    }

    [Fact]
    public void What_rules_do_not_read_is_kept_as_written()
    {
        const string Document = """{"tiers":[{"code":"t","level":1,"award_type":"manual","benefits":[{"Größe":1.50,"<b>":"a+b"}]}]}""";

        Assert.Equal(Document, Encoding.UTF8.GetString(Compare(null, Document).Document.Span));
    }

    [Fact]
    public void A_time_zone_is_listed_when_it_changes()
    {
        var first = Compare(null, """{"time_zone":"Europe/Berlin"}""");

        Assert.Equal(["time_zone Europe/Paris changed"], Changes(Compare(first, """{"time_zone":"Europe/Paris"}""")));
        Assert.Equal(["time_zone Europe/Berlin deactivated"], Changes(Compare(first, "{}")));
    }

    private static string Without(ProgramRevision revision, params string[] sections)
    {
        var document = System.Text.Json.Nodes.JsonNode.Parse(revision.Document.Span)!.AsObject();
        Array.ForEach(sections, section => document.Remove(section));
        return document.ToJsonString();
    }

    private static ProgramRevision Compare(ProgramRevision? kept, string submitted) =>
        ProgramDiff.Compare(kept?.Document, Encoding.UTF8.GetBytes(submitted));

    private static IEnumerable<string> Changes(ProgramRevision revision) =>
        revision.Changes.Select(change => $"{change.Kind} {change.Code} {change.Change}");

    private static void Same(string expected, ProgramRevision revision)
    {
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(revision.Document);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), Encoding.UTF8.GetString(revision.Document.Span));
    }
}
