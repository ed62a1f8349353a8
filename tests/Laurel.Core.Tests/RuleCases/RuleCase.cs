using System.Text.RegularExpressions;
using Laurel.Facts;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>One written case of <c>docs/reference/rule-cases</c>: a program, what happens, and what comes of it.</summary>
internal sealed record RuleCase(string File, string Heading, string Program, IReadOnlyList<CaseRow> Rows);

/// <summary>One row: <paramref name="What"/> is an event's name or something in brackets; <paramref name="Expected"/> one line a fact, none for <c>nothing</c>.</summary>
internal sealed record CaseRow(string WhenText, Timestamp When, string What, string Participant, string Properties, string[] Expected);

/// <summary>Reads the very files that people read: <c>## heading</c>, a fenced program, a table.</summary>
internal static partial class RuleCaseReader
{
    public const string DefaultParticipant = "ann";
    private const string Heading = "## ";
    private const string TableHead = "| when | event | properties | expect |";

    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "rule-cases");

    public static IReadOnlyList<RuleCase> ReadAll() =>
        [.. Directory.GetFiles(Folder, "*.md").Order(StringComparer.Ordinal).SelectMany(path => Read(Path.GetFileName(path), File.ReadAllText(path)))];

    private static IEnumerable<RuleCase> Read(string file, string text)
    {
        foreach (var part in text.Split("\n" + Heading).Skip(1))
        {
            var heading = part[..part.IndexOf('\n', StringComparison.Ordinal)].Trim();
            var program = Fenced().Match(part);
            var lines = part.Split('\n');
            var head = Array.IndexOf(lines, TableHead);
            if (!program.Success || head < 0)
            {
                throw new InvalidDataException($"{file}, '{heading}' lacks its program or its table.");
            }

            var rows = lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|')).Select(line => ReadRow(file, heading, line)).ToList();
            yield return new RuleCase(file, heading, program.Groups["text"].Value, rows);
        }
    }

    private static CaseRow ReadRow(string file, string heading, string line)
    {
        var cells = line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray();
        if (cells.Length != 4 || !TimestampText.TryParse(cells[0] + (cells[0].Length == 16 ? ":00Z" : "Z"), out var when))
        {
            throw new InvalidDataException($"{file}, '{heading}': a row needs a time and four cells, but is: {line}");
        }

        var who = Who().Match(cells[1]);
        var expected = cells[3] == "nothing" ? [] : cells[3].Split("<br>").Select(fact => fact.Trim()).ToArray();
        return new CaseRow(
            cells[0],
            when,
            who.Success ? who.Groups["what"].Value : cells[1],
            who.Success ? who.Groups["name"].Value : DefaultParticipant,
            cells[2].Length == 0 ? "{}" : cells[2].Trim('`'),
            expected);
    }

    [GeneratedRegex("```json\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^(?<what>.+) by (?<name>[a-z]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Who();
}
