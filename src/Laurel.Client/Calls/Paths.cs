using System.Globalization;
using System.Text;

namespace Laurel.Client;

/// <summary>Paths below the server's address, with what callers name percent-encoded as one segment each.</summary>
internal static class Paths
{
    public const string Root = "api/v1/gamify/";

    /// <summary>The path of a participant and what comes below it.</summary>
    public static string Participant(string participantId, string below = "") => Below("participants/", participantId, below);

    /// <summary><paramref name="folder"/>, <paramref name="segment"/> percent-encoded, and <paramref name="below"/>.</summary>
    public static string Below(string folder, string segment, string below = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(segment);
        // Everything between a client and a server takes dots out of a path, also when they are encoded: the call would be another one.
        if (segment is "." or "..")
        {
            throw new ArgumentException($"'{segment}' cannot stand in a path, so it is no id that Laurel takes.", nameof(segment));
        }

        return $"{Root}{folder}{Uri.EscapeDataString(segment)}{below}";
    }

    /// <summary>The path with those parameters that have a value.</summary>
    public static string With(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var text = new StringBuilder(path);
        var mark = '?';
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                text.Append(mark).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                mark = '&';
            }
        }

        return text.ToString();
    }

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
