using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

public class Pattern_size_tests
{
    [Theory]
    [InlineData("abc", 3)]
    [InlineData(@"\d\.\p{Lu}[a-z\]][^]x]", 5)]
    [InlineData("a*b+c?d*?", 4)]
    [InlineData("a{7}", 7)]
    [InlineData("a{2,7}?", 7)]
    [InlineData("a{7,}", 8)]
    [InlineData("a{0}", 1)]
    [InlineData("a{,7}", 5)]
    [InlineData("(?:ab){3}", 6)]
    [InlineData("(?i-s:ab){3}", 6)]
    [InlineData("(?i)ab|(?#no matter)cd", 6)]
    [InlineData("(?<n>ab)", 4)]
    [InlineData("(a{3}b){2}", 32)]
    [InlineData("(a+b)*", 4)]
    [InlineData("((a+b)+c)+", 25)]
    [InlineData(@"^(\d{1,3}\.){3}\d{1,3}$", 53)]
    [InlineData("^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$", 98)]
    [InlineData("(((.{999}){999}){999}){999}", 1_000_000)]
    public void Counted_repeats_are_written_out(string pattern, int size) => Assert.Equal(size, PatternSize.Of(pattern));

    [Theory]
    [InlineData("(?x)a")]
    [InlineData("(?i-x:a)")]
    [InlineData("[a-z-[aeiou]]")]
    [InlineData("[[a]")]
    public void What_cannot_be_followed_has_no_size(string pattern) => Assert.Null(PatternSize.Of(pattern));
}
