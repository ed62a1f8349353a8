using System.Globalization;

namespace Laurel.Facts;

/// <summary>
/// An instant in UTC, whole microseconds since 1970-01-01T00:00:00Z, within the years 0001 to 9999.
/// Source: semantics §3.
/// </summary>
public readonly record struct Timestamp(long UnixMicroseconds) : IComparable<Timestamp>
{
    /// <summary>0001-01-01T00:00:00Z.</summary>
    public static readonly Timestamp MinValue = From(DateTime.MinValue);

    /// <summary>9999-12-31T23:59:59.999999Z.</summary>
    public static readonly Timestamp MaxValue = From(DateTime.MaxValue);

    /// <summary>Reads a UTC <see cref="DateTime"/>; anything finer than a microsecond is cut off.</summary>
    public static Timestamp From(DateTime utc) => new((utc.Ticks / TimeSpan.TicksPerMicrosecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond));

    /// <summary>Reads the instant of <paramref name="value"/>; anything finer than a microsecond is cut off.</summary>
    public static Timestamp From(DateTimeOffset value) => From(value.UtcDateTime);

    /// <summary>The same instant as a UTC <see cref="DateTime"/>.</summary>
    public DateTime ToDateTime() => new(DateTime.UnixEpoch.Ticks + (UnixMicroseconds * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);

    /// <summary>The instant <paramref name="span"/> later; throws when it leaves the years 0001 to 9999.</summary>
    public Timestamp Plus(TimeSpan span) => From(ToDateTime() + span);

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => UnixMicroseconds.CompareTo(other.UnixMicroseconds);

    public static bool operator <(Timestamp left, Timestamp right) => left.UnixMicroseconds < right.UnixMicroseconds;

    public static bool operator >(Timestamp left, Timestamp right) => left.UnixMicroseconds > right.UnixMicroseconds;

    public static bool operator <=(Timestamp left, Timestamp right) => left.UnixMicroseconds <= right.UnixMicroseconds;

    public static bool operator >=(Timestamp left, Timestamp right) => left.UnixMicroseconds >= right.UnixMicroseconds;

    /// <summary>ISO 8601 in UTC with <c>Z</c>, up to six fraction digits and no trailing zeros: <c>2026-02-14T10:00:00.25Z</c>.</summary>
    public override string ToString() =>
        ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
