using System.Text;
using Laurel.AspNetCore.Rewards;
using Laurel.Facts;

namespace Laurel.Server.Tests.Rewards;

/// <summary>Codes from CSV and JSON, and what is wrong with what is neither.</summary>
public sealed class CodeListTests
{
    [Theory]
    [InlineData("A\nB\n", "A|B")]
    [InlineData("A\r\nB", "A|B")]
    [InlineData("\uFEFFA\r\n\r\n\r\nB\r\n", "A|B")]
    [InlineData("code\nA\nB\n", "A|B")]
    [InlineData("CODE\r\nA", "A")]
    [InlineData("\"code\"\n\"A\"\n", "A")]
    [InlineData("name,code,amount\nten,A,10\ntwenty,B,20\n", "A|B")]
    [InlineData("code,note\nA,\"two\nlines, \"\"quoted\"\"\"\nB,\n", "A|B")]
    [InlineData("\"A,1\"\n\"B \"\"x\"\"\"\n", "A,1|B \"x\"")]
    [InlineData(" A \nÄ🦄\nA\n", " A |Ä🦄|A")]
    [InlineData("A\ncode\n", "A|code")]
    public void Csv_is_read_line_by_line(string csv, string codes)
    {
        var (read, faults) = Csv(csv);

        Assert.Empty(faults);
        Assert.Equal(codes.Split('|'), read);
    }

    [Theory]
    [InlineData("", "/codes: must have 1 to 100000 codes, but has 0")]
    [InlineData("\n\r\n", "/codes: must have 1 to 100000 codes, but has 0")]
    [InlineData("code\n", "/codes: must have 1 to 100000 codes, but has 0")]
    [InlineData("A\n\"\"\n", "/codes/1: must have 1 to 255 characters, but has 0 (line 2)")]
    [InlineData("A\nB,C\n", "/codes/1: cannot be found: line 2 has 2 fields instead of 1.")]
    [InlineData("x,code\na,A\nb\n", "/codes/1: cannot be found: line 3 has 1 fields instead of 2.")]
    [InlineData("\"A\nB\"\nC", "/codes/0: must not contain control characters (line 1)")]
    [InlineData("A\rB", "/codes/0: must not contain control characters (line 1)")]
    [InlineData("code,x\nA,\"1\n2\"\nB\n", "/codes/1: cannot be found: line 4 has 1 fields instead of 2.")]
    [InlineData("A\n\"B\nC", ": is no CSV from line 2 on")]
    [InlineData("A\nB\"C\n", ": is no CSV from line 2 on")]
    [InlineData("\"A\"B\n", ": is no CSV from line 1 on")]
    public void Csv_that_is_wrong_says_where(string csv, string fault)
    {
        var (read, faults) = Csv(csv);

        Assert.Null(read);
        Assert.StartsWith(fault, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void No_more_than_a_hundred_thousand_codes_are_taken()
    {
        var most = string.Join('\n', Enumerable.Range(0, 100_000));

        Assert.Equal(100_000, Csv(most).Codes!.Count);
        Assert.Equal(["/codes: must have 1 to 100000 codes, but has 100001"], Csv($"{most}\nx").Faults);
    }

    [Fact]
    public void A_file_of_the_wrong_kind_lists_its_first_faults()
    {
        var (read, faults) = Csv(string.Concat(Enumerable.Repeat("a,b\n", 5_000)));

        Assert.Null(read);
        Assert.Equal(101, faults.Count);
        Assert.Equal("/codes: has more than 100 faults; the others are not listed", faults[^1]);
    }

    [Theory]
    [InlineData("""{"codes":["A",1,null,"","ok","a\u0007"]}""", "/codes/1|/codes/2|/codes/3|/codes/5")]
    [InlineData("""{"codes":[]}""", "/codes")]
    [InlineData("""{"codes":"A"}""", "/codes")]
    [InlineData("""["A"]""", "/codes")]
    [InlineData("""{"codes":["A"],"codes":["B"]}""", "")]
    [InlineData("""{"codes":["\ud800"]}""", "/codes/0")]
    [InlineData("A", "")]
    public void Json_that_is_wrong_says_where(string json, string pointers)
    {
        var faults = new List<Fault>();

        Assert.Null(CodeList.ReadJson(Encoding.UTF8.GetBytes(json), faults));
        Assert.Equal(pointers.Split('|'), faults.Select(fault => fault.Pointer));
    }

    [Fact]
    public void A_code_s_length_counts_code_points()
    {
        var unicorns = string.Concat(Enumerable.Repeat("🦄", 255));

        Assert.Equal([unicorns], Csv(unicorns).Codes);
        Assert.Equal(["/codes/0: must have 1 to 255 characters, but has 256 (line 1)"], Csv(unicorns + "x").Faults);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var faults = new List<Fault>();

        Assert.Null(CodeList.ReadCsv(new byte[] { 0x41, 0xFF }, faults));
        Assert.Equal("is not UTF-8. Encode the file as UTF-8.", Assert.Single(faults).Message);
    }

    private static (IReadOnlyList<string>? Codes, List<string> Faults) Csv(string text)
    {
        var faults = new List<Fault>();
        var codes = CodeList.ReadCsv(Encoding.UTF8.GetBytes(text), faults);
        return (codes, faults.ConvertAll(fault => $"{fault.Pointer}: {fault.Message}"));
    }
}
