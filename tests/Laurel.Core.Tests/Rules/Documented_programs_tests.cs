using System.Text;
using System.Text.RegularExpressions;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>What <c>docs/reference/program.md</c> shows can be published, and the limits it names are those that hold.</summary>
public partial class Documented_programs_tests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "program.md"));

    [Fact]
    public void Every_program_of_the_reference_is_valid()
    {
        var programs = Fenced().Matches(Page).Select(match => match.Groups["text"].Value).ToList();

        Assert.Equal(3, programs.Count);
        Assert.All(programs, program => Assert.Empty(ProgramReader.Read(Encoding.UTF8.GetBytes(program), version: 1).Faults));
    }

    [Fact]
    public void Every_kind_of_fact_is_listed_with_its_data() => Assert.All(
        FactKinds.All.Skip(1),
        kind => Assert.Contains($"| `{kind}` | {string.Join(' ', FactData.MembersOf(kind)!.Select(member => $"`{member}`"))} |", Page, StringComparison.Ordinal));

    [Theory]
    [InlineData("definitions, the inactive ones included", ProgramLimits.Definitions)]
    [InlineData("`target`, cap, `min_points`, `points_cost`", ProgramLimits.Total)]
    [InlineData("`target` of `distinct`: so many values are kept for each participant", ProgramLimits.DistinctTarget)]
    [InlineData("faults listed", ProgramLimits.Faults)]
    public void Limits_are_those_that_hold(string what, long limit) =>
        Assert.Contains($"| {what} | {limit.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture)} |", Page, StringComparison.Ordinal);

    [GeneratedRegex("```json\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fenced();
}
