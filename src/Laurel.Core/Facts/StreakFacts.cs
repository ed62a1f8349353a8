using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>A period was recorded; <paramref name="Count"/> is the length of the streak that it belongs to.</summary>
public sealed record StreakExtended(int Place, int CausedBy, GrantSource Source, string StreakName, string Period, int Count, int LongestCount)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.StreakExtended;

    public override int KindIndex => 11;

    /// <summary>Whether no streak of the participant was ever as long. For the answer alone: with the fact before it, <c>data</c> tells as much.</summary>
    public bool IsNewRecord { get; init; }

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("streak_code"u8, Source.Code);
        writer.WriteString("streak_name"u8, StreakName);
        writer.WriteString("period"u8, Period);
        writer.WriteNumber("count"u8, Count);
        writer.WriteNumber("longest_count"u8, LongestCount);
    }
}

/// <summary>A streak reached one of its milestones.</summary>
public sealed record StreakMilestoneReached(int Place, int CausedBy, GrantSource Source, string StreakName, int Count)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.StreakMilestoneReached;

    public override int KindIndex => 12;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("streak_code"u8, Source.Code);
        writer.WriteString("streak_name"u8, StreakName);
        writer.WriteNumber("count"u8, Count);
    }
}

/// <summary>A freeze was used up for a period without an event.</summary>
public sealed record StreakFreezeUsed(int Place, int CausedBy, GrantSource Source, string StreakName, string Period, int FreezesLeft)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.StreakFreezeUsed;

    public override int KindIndex => 13;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("streak_code"u8, Source.Code);
        writer.WriteString("streak_name"u8, StreakName);
        writer.WriteString("period"u8, Period);
        writer.WriteNumber("freezes_left"u8, FreezesLeft);
    }
}

/// <summary>A streak that ran is over.</summary>
public sealed record StreakBroken(int Place, int CausedBy, GrantSource Source, string StreakName, int Count, int LongestCount)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.StreakBroken;

    public override int KindIndex => 14;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteString("streak_code"u8, Source.Code);
        writer.WriteString("streak_name"u8, StreakName);
        writer.WriteNumber("count"u8, Count);
        writer.WriteNumber("longest_count"u8, LongestCount);
    }
}
