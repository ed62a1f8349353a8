using System.Globalization;
using Laurel.Facts;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Hosting;

/// <summary>A span of UTC days, both inclusive; null = without bound on that side. Source: semantics §11.</summary>
internal sealed record DayRange(Timestamp? From, Timestamp? Through)
{
    /// <summary>Reads <c>from_date</c> and <c>to_date</c>, and adds a fault for each that is wrong.</summary>
    public static DayRange Read(IQueryCollection query, List<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new(
            Day(query, "from_date", faults) is { } first ? Timestamp.From(first.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)) : null,
            Day(query, "to_date", faults) is { } last ? Timestamp.From(last.ToDateTime(TimeOnly.MaxValue, DateTimeKind.Utc)) : null);
    }

    private static DateOnly? Day(IQueryCollection query, string name, List<Fault> faults)
    {
        var values = query[name];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count == 1 && DateOnly.TryParseExact(values[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        faults.Add(new Fault("/" + name, "must be one UTC day as YYYY-MM-DD, such as 2026-02-14"));
        return null;
    }
}
