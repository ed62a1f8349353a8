using System.Text.RegularExpressions;
using Laurel.Rules;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>The written cases of the reference, run as they stand there.</summary>
public partial class Rule_cases_tests
{
    private static readonly IReadOnlyList<RuleCase> Cases = RuleCaseReader.ReadAll();

    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (var one in Cases)
            {
                names.Add(one.File, one.Heading);
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_comes_true(string file, string heading)
    {
        var one = Cases.Single(one => one.File == file && one.Heading == heading);
        var reading = ProgramReader.Read(System.Text.Encoding.UTF8.GetBytes(one.Program), version: 1);
        Assert.True(reading.IsValid, $"{file}, '{heading}': the program has faults: {string.Join("; ", reading.Faults.Select(fault => $"{fault.Pointer} {fault.Message}"))}");
        var run = new CaseRun(reading.Book);
        foreach (var row in one.Rows)
        {
            var actual = run.Run(row);
            Assert.True(
                row.Expected.SequenceEqual(actual, StringComparer.Ordinal),
                $"{file}, '{heading}', {row.WhenText} {row.What}\n  expected: {Lines(row.Expected)}\n  actual:   {Lines(actual)}");
        }
    }

    [Fact]
    public void There_are_many_cases_and_each_has_a_heading_of_its_own()
    {
        Assert.True(Cases.Count >= 60, $"there are {Cases.Count} cases");
        Assert.Equal(Cases.Count, Cases.Select(one => (one.File, one.Heading)).Distinct().Count());
        Assert.All(Cases, one => Assert.NotEmpty(one.Rows));
    }

    [Fact]
    public void Every_case_that_the_reference_points_to_is_there_and_every_file_is_pointed_to()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "rules.md"));
        var links = Link().Matches(page).Select(match => (File: match.Groups["file"].Value, Anchor: match.Groups["anchor"].Value)).ToList();

        Assert.All(links.Where(link => link.Anchor.Length > 0), link =>
            Assert.Contains(Cases, one => one.File == link.File && AnchorOf(one.Heading) == link.Anchor));
        Assert.Equal(Cases.Select(one => one.File).Distinct().Order(StringComparer.Ordinal), links.Select(link => link.File).Distinct().Order(StringComparer.Ordinal));
    }

    private static string Lines(string[] facts) => facts.Length == 0 ? "nothing" : string.Join("\n            ", facts);

    // As pages of Markdown name their headings.
    private static string AnchorOf(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c));

    [GeneratedRegex(@"\]\(rule-cases/(?<file>[a-z-]+\.md)(#(?<anchor>[^)]+))?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
