using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Laurel.Facts;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>What <c>docs/reference/webhook-messages.md</c> shows is what is sent.</summary>
public partial class Documented_messages_tests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "webhook-messages.md"));

    public static TheoryData<string> Types => [.. MessageTypes.All, MessageTypes.Test];

    [Theory]
    [MemberData(nameof(Types))]
    public void Each_type_is_shown_with_a_message_that_is_sent(string type)
    {
        using var shown = JsonDocument.Parse(Example(Section(type)));
        using var sent = JsonDocument.Parse(Story.Bodies[type]);

        // A whole message, or its data without the event, which is the same with every type.
        var expected = shown.RootElement.TryGetProperty("id", out _)
            ? sent.RootElement.GetRawText()
            : $"{{{string.Join(',', sent.RootElement.GetProperty("data").EnumerateObject().Where(member => !member.NameEquals("event")).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"))}}}";
        Assert.Equal(Alike(expected), Alike(shown.RootElement.GetRawText()));
    }

    [Fact]
    public void Every_member_of_every_type_is_explained() => Assert.All(
        FactKinds.All.Skip(1),
        kind => Assert.Equal(FactData.MembersOf(kind)!, MemberRow().Matches(Section(kind)).Select(row => row.Groups["name"].Value)));

    [Fact]
    public void The_first_example_is_a_message_that_is_sent() => Assert.Equal(Story.Indented(Story.Bodies[FactKinds.BadgeUnlocked]), Example(Page));

    [Fact]
    public void Every_type_is_in_the_list() => Assert.Equal(
        MessageTypes.All.Append(MessageTypes.Test).Order(StringComparer.Ordinal), TypeRow().Matches(Page).Select(row => row.Groups["name"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void The_retries_are_those_that_hold()
    {
        Assert.Contains($"`{RetrySchedule.DefaultText}`", Page, StringComparison.Ordinal);
        Assert.Equal(8, RetrySchedule.Default.Delays.Count);
        Assert.InRange(RetrySchedule.Default.Delays.Sum(delay => delay.TotalHours), 51.5, 52);
    }

    private static string Section(string type) => Page.Split($"\n### `{type}`\n")[1].Split("\n### ")[0];

    private static string Example(string text) => text.Split("```json\n")[1].Split("```")[0];

    // Written alike, so that only what is said can differ.
    private static string Alike(string json) => Story.Indented(Encoding.UTF8.GetBytes(json));

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MemberRow();

    [GeneratedRegex(@"^\| \[`(?<name>[\w.]+)`\]\(#\w+\) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypeRow();
}
