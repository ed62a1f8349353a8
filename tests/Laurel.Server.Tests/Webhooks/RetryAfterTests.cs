using Laurel.AspNetCore.Webhooks.Sending;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>How long a receiver asks to be left alone. Source: RFC 9110 §10.2.3, semantics §10.</summary>
public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("120", 120)]
    [InlineData(" 120 ", 120)]
    [InlineData("0", 0)]
    [InlineData("86399", 86_399)]
    [InlineData("86401", 86_400)]
    [InlineData("99999999999999999999999999", 86_400)]
    [InlineData("Tue, 24 Nov 2026 12:01:00 GMT", 60)]
    [InlineData("Tuesday, 24-Nov-26 12:01:00 GMT", 60)]
    [InlineData("Tue Nov 24 12:01:00 2026", 60)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("Sat, 24 Nov 2029 12:00:00 GMT", 86_400)]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [InlineData("1.5", null)]
    public void It_is_read_in_both_forms_and_ends_at_24_hours(string? header, int? seconds) =>
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : (TimeSpan?)null, RetryAfter.Read(header, _now));
}
