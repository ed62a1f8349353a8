using System.Text;
using Laurel.AspNetCore.Definitions;
using Laurel.Calendars;
using Laurel.Facts;

namespace Laurel.Server.Tests.Definitions;

/// <summary>The zones that a program's version keeps. Source: semantics §8, "A changed time zone governs periods that begin after the publish".</summary>
public sealed class ProgramZonesTests
{
    [Fact]
    public void The_first_zone_governs_from_ever_and_a_change_from_its_publish()
    {
        var first = ProgramZones.With([], "UTC", new Timestamp(5));
        var same = ProgramZones.With(first, "UTC", new Timestamp(6));
        var changed = ProgramZones.With(same, "Europe/Berlin", new Timestamp(7));

        Assert.Equal([new ZoneSpan("UTC", null)], first);
        Assert.Same(first, same);
        Assert.Equal("""[{"zone":"UTC","from":null},{"zone":"Europe/Berlin","from":7}]""", Encoding.UTF8.GetString(ProgramZones.Write(changed).Span));
        Assert.Equal(changed, ProgramZones.Read(ProgramZones.Write(changed)));
        Assert.Empty(ProgramZones.Read("[]"u8.ToArray()));
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_the_order_of_changes()
    {
        var spans = ProgramZones.With(ProgramZones.With([new ZoneSpan("UTC", null)], "Europe/Berlin", new Timestamp(9)), "UTC", new Timestamp(3));

        Assert.Equal([null, new Timestamp(9), new Timestamp(10)], spans.Select(span => span.From));
    }

    [Fact]
    public void Beyond_the_limit_the_oldest_is_forgotten()
    {
        IReadOnlyList<ZoneSpan> spans = [];
        for (var i = 0; i < ProgramZones.MostSpans * 2; i++)
        {
            spans = ProgramZones.With(spans, i % 2 == 0 ? "UTC" : "Europe/Berlin", new Timestamp(i));
        }

        Assert.Equal(ProgramZones.MostSpans, spans.Count);
        Assert.Null(spans[0].From);
        Assert.Equal(new ZoneSpan("Europe/Berlin", new Timestamp((ProgramZones.MostSpans * 2) - 1)), spans[^1]);
        Assert.All(spans.Skip(1), span => Assert.NotNull(span.From));
    }
}
