using Laurel.Facts;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Events;

/// <summary>The query parameter <c>dry_run</c> of the calls that emit events.</summary>
internal static class DryRunParameter
{
    private const string Name = "dry_run";

    /// <summary>Whether the call only tries; false, with a fault, for what is neither true nor false.</summary>
    public static bool Read(HttpRequest request, List<Fault> faults)
    {
        // Most calls have no query, and none pays for taking it apart.
        if (!request.QueryString.HasValue)
        {
            return false;
        }

        var values = request.Query[Name];
        var isTrue = values.Count == 1 && string.Equals(values[0], "true", StringComparison.OrdinalIgnoreCase);
        if (values.Count > 0 && !isTrue && !(values.Count == 1 && string.Equals(values[0], "false", StringComparison.OrdinalIgnoreCase)))
        {
            faults.Add(new Fault($"/{Name}", "must be true or false, and stand once"));
        }

        return isTrue;
    }

    /// <summary>Adds a fault where a batch is to be tried only: its events would have to see what those before them earned, which is kept nowhere.</summary>
    public static void RefuseInBatch(HttpRequest request, List<Fault> faults)
    {
        if (Read(request, faults))
        {
            faults.Add(new Fault($"/{Name}", "is for single events: send each to POST /api/v1/gamify/events?dry_run=true"));
        }
    }
}
