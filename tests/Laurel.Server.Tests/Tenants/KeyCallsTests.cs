using Laurel.AspNetCore.Tenants;

namespace Laurel.Server.Tests.Tenants;

/// <summary>A key's calls are counted exactly, minute by minute, by any number of threads.</summary>
public sealed class KeyCallsTests
{
    [Fact]
    public void Each_minute_begins_anew()
    {
        var calls = new KeyCalls();

        Assert.Equal([1L, 2, 1, 2, 1], [calls.Count(7), calls.Count(7), calls.Count(8), calls.Count(8), calls.Count(100)]);
    }

    [Fact]
    public void Who_read_the_clock_before_the_minute_turned_counts_in_the_new_one()
    {
        var calls = new KeyCalls();
        calls.Count(8);

        Assert.Equal([2L, 3], [calls.Count(7), calls.Count(8)]);
    }

    [Fact]
    public void A_clock_that_was_set_back_does_not_hold_a_key_in_the_minute_before()
    {
        var calls = new KeyCalls();
        calls.Count(500);

        Assert.Equal([1L, 2], [calls.Count(100), calls.Count(100)]);
    }

    [Fact]
    public void No_call_is_lost_and_none_is_counted_twice_among_threads()
    {
        var calls = new KeyCalls();
        var counts = new long[20_000];

        Parallel.For(0, counts.Length, i => counts[i] = calls.Count(3));

        Assert.Equal(Enumerable.Range(1, counts.Length).Select(count => (long)count), counts.Order());
    }
}
