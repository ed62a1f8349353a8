namespace Laurel.AspNetCore.Tenants;

/// <summary>How many calls a key has made within a minute, as this node saw them. Outlives the snapshots it stands in. Any thread, no lock.</summary>
internal sealed class KeyCalls
{
    // The minute since the epoch in the upper half, the calls of that minute in the lower one: both change in one step.
    private const int MinuteShift = 32;
    private long _state;

    /// <summary>Counts a call in <paramref name="minute"/>, and answers how many there are by now, this one among them.</summary>
    public long Count(long minute)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var counted = state >> MinuteShift;

            // A thread that read the clock before the minute turned counts in the new one. A clock that was set back further begins anew.
            if (minute <= counted && counted - minute <= 1)
            {
                return Interlocked.Increment(ref _state) & uint.MaxValue;
            }

            if (Interlocked.CompareExchange(ref _state, (minute << MinuteShift) | 1, state) == state)
            {
                return 1;
            }
        }
    }
}
