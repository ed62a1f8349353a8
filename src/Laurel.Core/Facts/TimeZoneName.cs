namespace Laurel.Facts;

/// <summary>Names of time zones as tenants and programs choose them: IANA's, to the letter. Source: semantics §3.</summary>
public static class TimeZoneName
{
    /// <summary>What a fault should say.</summary>
    public const string Expected = "must be the name of an IANA time zone such as Europe/Berlin or UTC";

    /// <summary>Characters of a name.</summary>
    public const int MaxLength = 64;

    /// <summary>Whether <paramref name="name"/> is a zone that this server knows under exactly that name.</summary>
    public static bool IsKnown(string name)
    {
        // The folder of zones also holds files that are no names: the machine's own zone, and copies under other roots.
        if (name.Length is 0 or > MaxLength
            || name is "localtime" or "posixrules" or "Factory"
            || name.StartsWith("posix/", StringComparison.Ordinal) || name.StartsWith("right/", StringComparison.Ordinal)
            || !char.IsAsciiLetterUpper(name[0])
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+'))
        {
            return false;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && string.Equals(zone.Id, name, StringComparison.Ordinal);
    }
}
