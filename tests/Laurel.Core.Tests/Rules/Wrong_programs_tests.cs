using System.Text;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>
/// Documents that must be refused. Most stand in <c>wrong-programs.txt</c>: a title, the document, and every fault it must have, one a line.
/// </summary>
public class Wrong_programs_tests
{
    private static readonly Dictionary<string, (string Document, string[] Faults)> Table = ReadTable();

    public static TheoryData<string> Titles => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Titles))]
    public void Every_fault_is_found_with_its_place(string title)
    {
        var (document, faults) = Table[title];

        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 1);

        Assert.Null(reading.Book);
        Assert.Equal(faults, reading.Faults.Select(fault => $"{fault.Pointer}: {fault.Message}"));
    }

    [Fact]
    public void The_table_is_not_empty() => Assert.InRange(Table.Count, 60, int.MaxValue);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var fault = Only([(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}']);

        Assert.Equal(new Fault("", "must be UTF-8, but has bytes that are not"), fault);
    }

    [Fact]
    public void No_bytes_are_refused() =>
        Assert.Equal(new Fault("", "must be JSON no deeper than 64 levels, but is not at line 1, byte 1"), Only([]));

    [Fact]
    public void A_document_that_is_too_large_is_refused()
    {
        var document = new byte[ProgramLimits.DocumentBytes + 1];

        Assert.Equal(new Fault("", "must have at most 1048576 bytes, but has 1048577"), Only(document));
    }

    [Fact]
    public void A_document_that_is_nested_too_deep_is_refused()
    {
        var document = $$"""{"tiers":[{"benefits":{{new string('[', 80)}}{{new string(']', 80)}}}]}""";

        Assert.StartsWith("must be JSON no deeper than 64 levels", Only(Encoding.UTF8.GetBytes(document)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_definitions_are_refused()
    {
        var many = string.Join(',', Enumerable.Range(0, ProgramLimits.Definitions).Select(i => $$"""{"code":"b{{i}}"}"""));

        Assert.Empty(Read($$"""{"badges":[{{many}}]}""").Faults);
        Assert.Equal(
            [new Fault("", "must have at most 10000 definitions, but has 10001")],
            Read($$"""{"badges":[{{many}}],"currencies":[{"code":"points"}]}""").Faults);
    }

    [Fact]
    public void Too_many_patterns_are_refused()
    {
        string Program(int patterns) => $$"""{"point_rules":[{{string.Join(',', Enumerable.Range(0, patterns).Select(i =>
            $$$"""{"code":"r{{{i}}}","event_name":"e","amount":1,"where":{"property":"properties.a","op":"matches","value":"a"}}"""))}}]}""";

        Assert.Empty(Read(Program(ProgramLimits.Patterns)).Faults);
        Assert.Equal(
            [new Fault("/point_rules/100/where/value", "is one pattern too many: a document may have 100")],
            Read(Program(ProgramLimits.Patterns + 1)).Faults);
    }

    [Fact]
    public void Too_many_listeners_to_facts_are_refused()
    {
        string Program(int badges) => $$"""{"badges":[{{string.Join(',', Enumerable.Range(0, badges).Select(i =>
            $$$"""{"code":"b{{{i}}}","criteria":{"event_name":"challenge.completed","target":{{{i + 1}}}}}"""))}}]}""";

        Assert.Empty(Read(Program(ProgramLimits.FactListeners)).Faults);
        Assert.Equal(
            [new Fault("", "has 501 active rules, streaks, badges and objectives that listen to facts which Laurel makes; at most 500 may")],
            Read(Program(ProgramLimits.FactListeners + 1)).Faults);
    }

    [Fact]
    public void Faults_beyond_the_thousandth_are_only_counted()
    {
        var faults = Read($$"""{"badges":[{{string.Join(',', Enumerable.Repeat("7", 1500))}}]}""").Faults;

        Assert.Equal(ProgramLimits.Faults + 1, faults.Count);
        Assert.Equal(new Fault("", "has more than 1000 faults; those after the first 1000 are not listed"), faults[^1]);
    }

    private static ProgramReading Read(string document) => ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 1);

    private static Fault Only(byte[] document)
    {
        var reading = ProgramReader.Read(document, version: 1);
        Assert.Null(reading.Book);
        return Assert.Single(reading.Faults);
    }

    private static Dictionary<string, (string Document, string[] Faults)> ReadTable()
    {
        var table = new Dictionary<string, (string, string[])>(StringComparer.Ordinal);
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Rules", "wrong-programs.txt"));
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Trim('\n').Split('\n');
            table.Add(lines[0]["# ".Length..], (lines[1], [.. lines.Skip(2).Select(line => line["  ".Length..])]));
        }

        return table;
    }
}
