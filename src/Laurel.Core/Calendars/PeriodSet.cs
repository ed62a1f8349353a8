namespace Laurel.Calendars;

/// <summary>
/// Which calendar periods of one kind were active, as bits: all that is needed to put a late day into its place. The newest pages; older ones are parts, which are
/// named by <paramref name="Since"/>, the number of facts that the participant had when the set was begun, so that none is taken for one of an earlier set.
/// </summary>
public sealed record PeriodSet(PeriodPage[] Pages, bool HasOlder, long Since)
{
    /// <summary>Whether a period is known to be active without a look at older pages.</summary>
    public bool ShowsActive(int period)
    {
        foreach (var page in Pages)
        {
            if (page.Number == period >> 7)
            {
                return (page.Active & (UInt128.One << (period & (PeriodPage.Size - 1)))) != 0;
            }
        }

        return false;
    }

    /// <summary>No period yet.</summary>
    public static PeriodSet BegunAfter(long facts) => new([], HasOlder: false, facts);
}

/// <summary>128 consecutive periods, from <paramref name="Number"/> times 128. A frozen period was passed without an event by using up a freeze.</summary>
public readonly record struct PeriodPage(int Number, UInt128 Active, UInt128 Frozen)
{
    /// <summary>Periods of a page.</summary>
    public const int Size = 128;
}
