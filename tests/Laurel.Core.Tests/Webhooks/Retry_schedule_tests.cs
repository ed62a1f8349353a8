using Laurel.Core.Tests.Evaluation;
using Laurel.Facts;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

public class Retry_schedule_tests
{
    private static readonly Timestamp Now = Kept.NewYear;

    [Fact]
    public void A_message_is_tried_nine_times_and_then_is_dead()
    {
        int[] seconds = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000];

        Assert.Equal(
            [.. seconds.Select(delay => (Timestamp?)Now.Plus(TimeSpan.FromSeconds(delay))), null, null],
            Enumerable.Range(1, 10).Select(attempts => RetrySchedule.Default.Next(attempts, Now, draw: 0, retryAfter: null)));
    }

    [Theory]
    [InlineData(0, 5_000_000)]
    [InlineData(0.5, 5_500_000)]
    [InlineData(0.999999, 5_999_999)]
    public void A_draw_lengthens_the_delay_by_up_to_a_fifth(double draw, long microseconds) => Assert.Equal(
        new Timestamp(Now.UnixMicroseconds + microseconds), RetrySchedule.Default.Next(1, Now, draw, retryAfter: null));

    [Theory]
    [InlineData(-60, 5)]
    [InlineData(0, 5)]
    [InlineData(4, 5)]
    [InlineData(90, 90)]
    [InlineData(86_400, 86_400)]
    [InlineData(86_401, 86_400)]
    [InlineData(31_536_000, 86_400)]
    public void A_receiver_may_put_it_off_by_a_day_but_not_hurry_it(int asked, int seconds) => Assert.Equal(
        Now.Plus(TimeSpan.FromSeconds(seconds)), RetrySchedule.Default.Next(1, Now, draw: 0, TimeSpan.FromSeconds(asked)));

    [Fact]
    public void What_a_receiver_asks_for_gives_no_further_attempt() =>
        Assert.Null(RetrySchedule.Default.Next(9, Now, draw: 0, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_draw_outside_its_range_and_no_attempt_at_all_are_bugs()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Default.Next(0, Now, draw: 0, retryAfter: null));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Default.Next(1, Now, draw: 1, retryAfter: null));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Default.Next(1, Now, draw: -0.1, retryAfter: null));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.Default.Next(1, Now, draw: double.NaN, retryAfter: null));
    }

    [Theory]
    [InlineData("1s", new[] { 1 })]
    [InlineData("5s,5m,2h,1d", new[] { 5, 300, 7200, 86_400 })]
    [InlineData(" 5s , 5m ", new[] { 5, 300 })]
    [InlineData("2592000s,30d", new[] { 2_592_000, 2_592_000 })]
    [InlineData("2h,1s", new[] { 7200, 1 })]
    public void Delays_are_read_in_their_order(string text, int[] seconds)
    {
        Assert.True(RetrySchedule.TryParse(text, out var schedule));
        Assert.Equal(seconds.Select(delay => TimeSpan.FromSeconds(delay)), schedule.Delays);
        Assert.Equal(text, schedule.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("5s,")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("0s")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("1.5h")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("5ms")]
    [InlineData("1w")]
    [InlineData("31d")]
    [InlineData("2592001s")]
    [InlineData("9999999d")]
    [InlineData("5s;5m")]
    public void Texts_that_are_no_delays_are_refused(string text) => Assert.False(RetrySchedule.TryParse(text, out _));

    [Fact]
    public void There_are_at_most_fifty()
    {
        Assert.True(RetrySchedule.TryParse(string.Join(',', Enumerable.Repeat("1s", RetrySchedule.MaxDelays)), out _));
        Assert.False(RetrySchedule.TryParse(string.Join(',', Enumerable.Repeat("1s", RetrySchedule.MaxDelays + 1)), out _));
        Assert.Contains($"1 to {RetrySchedule.MaxDelays} delays", RetrySchedule.Expected, StringComparison.Ordinal);
    }
}
