using System.Text;

namespace Laurel.AspNetCore.Verification;

/// <summary>
/// Something that a store has otherwise than its log says. <paramref name="Where"/> names the participant, reward or table, <paramref name="Seq"/> the input;
/// <paramref name="Expected"/> is what replaying the log gives, <paramref name="Actual"/> what the store has.
/// </summary>
internal sealed record Difference(string Where, long? Seq, string Member, string Expected, string Actual)
{
    private const int Before = 40;
    private const int Shown = 200;

    /// <summary>One line. Long texts are shown from shortly before the first place where they differ.</summary>
    public override string ToString()
    {
        var start = Math.Max(0, CommonLength() - Before);
        var seq = Seq is { } number ? $" seq {number}" : "";
        return $"{Where}{seq} {Member}: expected {Cut(Expected, start)} but is {Cut(Actual, start)}";
    }

    /// <summary>A difference between documents.</summary>
    public static Difference Of(string where, long? seq, string member, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        new(where, seq, member, TextOf(expected), TextOf(actual));

    private static string TextOf(ReadOnlySpan<byte> document) => document.IsEmpty ? "nothing" : Encoding.UTF8.GetString(document);

    private int CommonLength() => Expected.AsSpan().CommonPrefixLength(Actual);

    private static string Cut(string text, int start)
    {
        var from = Math.Min(start, text.Length);
        var part = text.AsSpan(from, Math.Min(Shown, text.Length - from)).ToString().ReplaceLineEndings(" ");
        return $"{(from > 0 ? "…" : "")}{part}{(from + part.Length < text.Length ? "…" : "")}";
    }
}
