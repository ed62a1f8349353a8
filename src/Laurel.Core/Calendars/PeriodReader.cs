using Laurel.Rules;

namespace Laurel.Calendars;

/// <summary>Reads the names that documents give to kinds of period. Source: program.md.</summary>
internal static class PeriodReader
{
    // In the order of PeriodKind.
    private static readonly string[] Names = ["all_time", "day", "week", "month", "year"];
    private static readonly string[] Rhythms = ["none", "daily", "weekly", "monthly", "yearly"];

    /// <summary>A required span such as <c>day</c>, <c>all_time</c> among them; null after a fault.</summary>
    public static PeriodKind? Span(Members members, string name) => Required(members, name, [.. Names.AsSpan(1), Names[0]], Names);

    /// <summary>A required rhythm from <c>daily</c> to <paramref name="longest"/>; null after a fault.</summary>
    public static PeriodKind? Rhythm(Members members, string name, PeriodKind longest) => Required(members, name, Rhythms[1..((int)longest + 1)], Rhythms);

    /// <summary>A rhythm, or <c>none</c>, the default, which is <see cref="PeriodKind.AllTime"/>.</summary>
    public static PeriodKind Recurrence(Members members, string name) => (PeriodKind)Array.IndexOf(Rhythms, members.Choice(name, Rhythms));

    /// <summary>What recurs with <paramref name="kind"/>, as documents say it: <c>daily</c>.</summary>
    public static string RhythmOf(PeriodKind kind) => Rhythms[(int)kind];

    private static PeriodKind? Required(Members members, string name, string[] choices, string[] all) =>
        members.RequireChoice(name, choices) is { } text ? (PeriodKind)Array.IndexOf(all, text) : null;
}
