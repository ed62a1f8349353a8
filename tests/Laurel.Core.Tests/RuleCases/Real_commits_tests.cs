using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.RuleCases;

/// <summary>
/// 6,554 real events of 526 participants, 168 of them late (tests/data), in the order of the file and in three shuffles: streaks, distinct values and what falls into each
/// month, held against a calculation of the same file that knows nothing of Laurel.
/// </summary>
public class Real_commits_tests
{
    private const int MonthlyCap = 150;
    private const int MonthlyTarget = 60;

    private static readonly List<Commit> Commits = Read();

    [Theory]
    [InlineData("UTC", 0, 0)]
    [InlineData("UTC", 0, 1)]
    [InlineData("UTC", 0, 2)]
    [InlineData("UTC", 0, 3)]
    [InlineData("Asia/Kolkata", 330, 0)]
    [InlineData("Asia/Kolkata", 330, 1)]
    [InlineData("Asia/Kolkata", 330, 2)]
    [InlineData("Asia/Kolkata", 330, 3)]
    public void Streaks_repositories_and_months_are_what_the_file_says(string zone, int offsetMinutes, int seed)
    {
        Assert.Equal(6554, Commits.Count);
        var engine = new CaseEngine(Book(zone));
        var perMonth = new Dictionary<(string, int, int), long>();
        foreach (var commit in InOrder(seed))
        {
            var facts = engine.Send(commit.Author, "commit_pushed", commit.Properties, commit.At);
            var local = commit.Local(offsetMinutes);
            var month = (commit.Author, local.Year, local.Month);
            perMonth[month] = perMonth.GetValueOrDefault(month) + facts.OfType<PointsAwarded>().Sum(fact => fact.Amount);
        }

        var expectedMonths = Commits.GroupBy(commit => (commit.Author, commit.Local(offsetMinutes).Year, commit.Local(offsetMinutes).Month))
            .ToDictionary(group => group.Key, group => group.Sum(commit => (long)commit.Files));
        Assert.Equal(expectedMonths.Select(month => (month.Key, Math.Min(month.Value, MonthlyCap))).Order(), perMonth.Select(month => (month.Key, month.Value)).Order());
        foreach (var author in Commits.GroupBy(commit => commit.Author))
        {
            var state = engine.StateOf(author.Key);
            var days = author.Select(commit => DateOnly.FromDateTime(commit.Local(offsetMinutes)).DayNumber).ToList();
            var expected = (
                Days: Longest(days),
                Weeks: Longest(days.Select(day => day / 7)),
                Repositories: author.Select(commit => commit.Repository).Distinct().Count(),
                BusyMonths: expectedMonths.Count(month => month.Key.Author == author.Key && month.Value >= MonthlyTarget));
            var actual = (
                Days: state.Streaks.Single(streak => streak.Code == "days").Longest,
                Weeks: state.Streaks.Single(streak => streak.Code == "weeks").Longest,
                Repositories: (int)state.Challenges.Single(progress => progress.Code == "repositories").Of("repositories").Current,
                BusyMonths: state.Challenges.SingleOrDefault(progress => progress.Code == "busy_month")?.Completions ?? 0);
            Assert.True(expected == actual, $"{author.Key} in {zone}, order {seed}: expected {expected}, but is {actual}");
        }
    }

    [Fact]
    public void The_zones_differ_so_that_one_cannot_pass_for_the_other() =>
        Assert.NotEqual(LongestDays(0), LongestDays(330));

    private static RuleBook Book(string zone)
    {
        var program =
            $$"""
            { "time_zone": "{{zone}}",
              "point_rules": [{ "code": "files", "event_name": "commit_pushed", "amount": { "property": "properties.files_changed" }, "cap": { "period": "month", "amount": {{MonthlyCap}} } }],
              "streaks": [{ "code": "days", "event_name": "commit_pushed", "period": "daily" }, { "code": "weeks", "event_name": "commit_pushed", "period": "weekly" }],
              "challenges": [
                { "code": "repositories", "objectives": [{ "code": "repositories", "event_name": "commit_pushed", "metric": { "type": "distinct", "property": "properties.repo" }, "target": 100 }] },
                { "code": "busy_month", "schedule": { "recurrence": "monthly" },
                  "objectives": [{ "code": "files", "event_name": "commit_pushed", "metric": { "type": "sum", "property": "properties.files_changed" }, "target": {{MonthlyTarget}} }] }] }
            """;
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(program), version: 1);
        Assert.Empty(reading.Faults);
        return reading.Book!;
    }

    private static Commit[] InOrder(int seed)
    {
        Commit[] commits = [.. Commits];
        if (seed > 0)
        {
            new Random(seed).Shuffle(commits);
        }

        return commits;
    }

    /// <summary>The most numbers that follow each other without a gap.</summary>
    private static int Longest(IEnumerable<int> numbers)
    {
        var (longest, run, last) = (0, 0, int.MinValue);
        foreach (var number in numbers.Distinct().Order())
        {
            run = number - 1 == last ? run + 1 : 1;
            longest = Math.Max(longest, run);
            last = number;
        }

        return longest;
    }

    private static int[] LongestDays(int offsetMinutes) =>
        [.. Commits.GroupBy(commit => commit.Author).Select(author => Longest(author.Select(commit => DateOnly.FromDateTime(commit.Local(offsetMinutes)).DayNumber)))];

    private static List<Commit> Read()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "commits.ndjson.gz")), CompressionMode.Decompress));
        var commits = new List<Commit>();
        while (reader.ReadLine() is { } line)
        {
            var json = JsonDocument.Parse(line).RootElement;
            var properties = json.GetProperty("properties");
            var at = json.GetProperty("timestamp").GetDateTimeOffset();
            commits.Add(new Commit(
                json.GetProperty("participant_id").GetString()!,
                at.UtcDateTime,
                properties.GetProperty("repo").GetString()!,
                properties.GetProperty("files_changed").GetInt32(),
                Properties.ReadTrusted(Encoding.UTF8.GetBytes(properties.GetRawText()))));
        }

        return commits;
    }

    private sealed record Commit(string Author, DateTime Utc, string Repository, int Files, Properties Properties)
    {
        public Timestamp At => Timestamp.From(Utc);

        public DateTime Local(int offsetMinutes) => Utc.AddMinutes(offsetMinutes);
    }
}
