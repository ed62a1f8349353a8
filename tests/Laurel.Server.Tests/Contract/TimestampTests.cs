using System.Globalization;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary><c>timestamp</c> and <c>occurred_at</c>. Source: contract "Request body", semantics §3.</summary>
[Collection(OneServer.Name)]
public sealed class TimestampTests(RunningServer server)
{
    [Theory]
    [InlineData("2026-02-14T10:00:00Z", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14T10:00:00", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14 10:00:00", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14 10:00:00z", "2026-02-14T10:00:00Z")]
    [InlineData("2026-02-14T10:00:00+02:00", "2026-02-14T08:00:00Z")]
    [InlineData("2026-02-14T23:30:00-05:30", "2026-02-15T05:00:00Z")]
    [InlineData("2026-02-14 10:00:00+00:00", "2026-02-14T10:00:00Z")]
    [InlineData("2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999999Z")]
    [InlineData("2026-02-14T10:00:00.123456789Z", "2026-02-14T10:00:00.123456Z")]
    [InlineData("2026-02-14T10:00:00.999999999", "2026-02-14T10:00:00.999999Z")]
    [InlineData("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z")]
    [InlineData("2026-02-14T10:00:00.250Z", "2026-02-14T10:00:00.25Z")]
    [InlineData("2026-02-14T10:00:00.000000+01:00", "2026-02-14T09:00:00Z")]
    [InlineData("2026-02-14T10:00:00.1Z", "2026-02-14T10:00:00.1Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00-01:00", "0001-01-01T01:00:00Z")]
    public async Task A_timestamp_comes_back_in_utc(string written, string returned)
    {
        var participant = Some.Participant();

        Expect.Processed(await server.Live.PostEventAsync(Some.Event(participant, timestamp: written)));

        var entry = (await server.Live.HistoryAsync(participant)).Json.GetProperty("events")[0];
        Assert.Equal(returned, entry.GetProperty("occurred_at").GetString());
    }

    [Theory]
    [InlineData("\"0001-01-01T00:00:00+01:00\"")]
    [InlineData("\"9999-12-31T23:59:59-01:00\"")]
    [InlineData("\"0000-12-31T23:59:59Z\"")]
    [InlineData("\"2016-12-31T23:59:60Z\"")]
    [InlineData("\"2026-02-14T24:00:00Z\"")]
    [InlineData("\"2026-02-30T10:00:00Z\"")]
    [InlineData("\"2025-02-29T10:00:00Z\"")]
    [InlineData("\"2026-13-01T10:00:00Z\"")]
    [InlineData("\"2026-02-14T10:60:00Z\"")]
    [InlineData("\"2026-02-14T10:00:00.1234567890Z\"")]
    [InlineData("\"2026-02-14T10:00:00.Z\"")]
    [InlineData("\"2026-02-14T10:00:00+25:00\"")]
    [InlineData("\"2026-02-14T10:00:00 Z\"")]
    [InlineData("\" 2026-02-14T10:00:00Z\"")]
    [InlineData("\"2026-02-14_10:00:00Z\"")]
    [InlineData("\"14.02.2026 10:00:00\"")]
    [InlineData("\"Sat, 14 Feb 2026 10:00:00 GMT\"")]
    [InlineData("\"٢٠٢٦-02-14T10:00:00Z\"")]
    [InlineData("\"\"")]
    [InlineData("\"now\"")]
    [InlineData("\"1771063200\"")]
    [InlineData("1771063200")]
    [InlineData("1771063200000.5")]
    public async Task What_is_no_such_timestamp_is_refused(string json) =>
        Expect.Unprocessable(
            await server.Live.PostEventAsync($$"""{"participant_id":"p","event_name":"e","timestamp":{{json}}}"""), "/timestamp");

    [Theory]
    [InlineData(23, true)]
    [InlineData(25, false)]
    public async Task An_event_may_lie_24_hours_ahead_and_no_more(int hours, bool isProcessed)
    {
        var timestamp = DateTime.UtcNow.AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        var reply = await server.Live.PostEventAsync(Some.Event(Some.Participant(), timestamp: timestamp));

        if (isProcessed)
        {
            Expect.Processed(reply);
        }
        else
        {
            Expect.Unprocessable(reply, "/timestamp");
        }
    }
}
