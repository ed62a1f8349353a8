using Laurel.Facts;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Hosting;

/// <summary>Which page a list is asked for: <paramref name="Page"/> from 1, <paramref name="PageSize"/> 1 to 100.</summary>
internal sealed record Paging(int Page, int PageSize)
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;

    /// <summary>How many items stand on earlier pages.</summary>
    public long Skip => (Page - 1L) * PageSize;

    /// <summary>Reads <c>page</c> and <c>page_size</c>, and adds a fault for each that is wrong.</summary>
    public static Paging Read(IQueryCollection query, List<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new(Number(query, "page", 1, int.MaxValue, faults), Number(query, "page_size", DefaultPageSize, MaxPageSize, faults));
    }

    private static int Number(IQueryCollection query, string name, int fallback, int max, List<Fault> faults)
    {
        var values = query[name];
        if (values.Count == 0)
        {
            return fallback;
        }

        if (values.Count == 1 && values[0] is { Length: > 0 and <= 10 } text && text.All(char.IsAsciiDigit)
            && long.Parse(text) is var number && number >= 1 && number <= max)
        {
            return (int)number;
        }

        var shown = values.ToString();
        faults.Add(new Fault($"/{name}", $"must be one whole number from 1 to {max}, but is '{(shown.Length <= 50 ? shown : shown[..50] + "…")}'"));
        return fallback;
    }
}
