using CsCheck;
using Laurel.Facts;

namespace Laurel.Core.Tests.Facts;

public class Timestamp_tests
{
    [Theory]
    [InlineData("2026-02-14T10:00:00Z", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14t10:00:00z", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14 10:00:00", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14T10:00:00.250", "2026-02-14T10:00:00.25Z")]
    [InlineData("2026-02-14T10:00:00.123456789Z", "2026-02-14T10:00:00.123456Z")]
    [InlineData("2026-02-14T10:00:00+05:30", "2026-02-14T04:30:00Z")]
    [InlineData("2026-02-14T10:00:00-0330", "2026-02-14T13:30:00Z")]
    [InlineData("2026-02-14T10:00:00+11", "2026-02-13T23:00:00Z")]
    [InlineData("2024-02-29T23:59:59.000000Z", "2024-02-29T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z")]
    public void A_timestamp_is_read_and_told_in_UTC(string text, string told)
    {
        Assert.True(TimestampText.TryParse(text, out var timestamp));
        Assert.Equal(told, timestamp.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1739527200")]
    [InlineData("2026-02-14")]
    [InlineData("2026-02-14T10:00Z")]
    [InlineData("2026-02-14T10:00:60Z")]
    [InlineData("2026-02-30T10:00:00Z")]
    [InlineData("2025-02-29T10:00:00Z")]
    [InlineData("2026-13-01T10:00:00Z")]
    [InlineData("2026-02-14T24:00:00Z")]
    [InlineData("2026-02-14T10:00:00.Z")]
    [InlineData("2026-02-14T10:00:00.1234567890Z")]
    [InlineData("2026-02-14T10:00:00+24:00")]
    [InlineData("2026-02-14T10:00:00+05:60")]
    [InlineData("2026-02-14T10:00:00+5:30")]
    [InlineData("2026-02-14T10:00:00ZZ")]
    [InlineData("2026-02-14T10:00:00 Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("２026-02-14T10:00:00Z")]
    public void What_is_no_timestamp_is_refused(string text) => Assert.False(TimestampText.TryParse(text, out _));

    [Fact]
    public void What_is_told_reads_back_the_same() =>
        Gen.Long[Timestamp.MinValue.UnixMicroseconds, Timestamp.MaxValue.UnixMicroseconds].Sample(microseconds =>
        {
            var timestamp = new Timestamp(microseconds);
            return TimestampText.TryParse(timestamp.ToString(), out var read) && read == timestamp;
        });

    [Fact]
    public void It_agrees_with_the_framework_on_every_offset() =>
        Gen.Select(Gen.DateTime[new DateTime(2, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(9998, 1, 1, 0, 0, 0, DateTimeKind.Utc)], Gen.Int[-840, 840]).Sample((instant, minutes) =>
        {
            var local = new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Unspecified), TimeSpan.FromMinutes(minutes));
            return TimestampText.TryParse(local.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz"), out var read) && read == Timestamp.From(local);
        });
}
