using System.Globalization;
using System.Text;
using CsCheck;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Core.Tests.Generated;

/// <summary>What is done to a participant some time after the move before.</summary>
internal abstract record Move(TimeSpan Wait)
{
    public sealed record Emit(TimeSpan Wait, string Name, string Json, TimeSpan Late, Timestamp? At) : Move(Wait)
    {
        public Properties Properties => Properties.ReadTrusted(Encoding.UTF8.GetBytes(Json));

        public Timestamp OccurredAt(Timestamp now) => At ?? new Timestamp(Math.Clamp(now.UnixMicroseconds - (long)Late.TotalMicroseconds, Timestamp.MinValue.UnixMicroseconds, Timestamp.MaxValue.UnixMicroseconds));
    }

    public sealed record Enroll(TimeSpan Wait, string Challenge) : Move(Wait);

    public sealed record Run(TimeSpan Wait, CommandInput Command) : Move(Wait);

    public sealed record Sleep(TimeSpan Wait) : Move(Wait);
}

/// <summary>Moves for <see cref="GeneratedPrograms"/>.</summary>
internal static class GeneratedMoves
{
    // Numbers at every edge, and everything that is no number.
    private static readonly string[] HostileValues =
    [
        "0", "-0", "1", "2.50", "-7", "0.0000000000000000000000000001", "999999999999999999", "1000000000000000000", "1000000000000000001", "-1e18", "1e28", "79228162514264337593543950335",
        "1e300", "-1E308", "1e-308", "12345678901234567890123456789012345678901234567890", "null", "true", "\"\"", "\"5\"", "\"\\u0041\"", "[]", "[1,\"a\",[2]]", "{}", "{\"n\":1}", "\"USD\"",
    ];

    private static readonly Gen<TimeSpan> Wait = Gen.Frequency(
        (4, Gen.Int[0, 300].Select(minutes => TimeSpan.FromMinutes(minutes))),
        (4, Gen.Int[0, 72].Select(hours => TimeSpan.FromHours(hours))),
        (1, Gen.Int[0, 100].Select(days => TimeSpan.FromDays(days))));

    private static readonly Gen<string> Value = Gen.Select(Gen.Int[-10, 240], Gen.Int[0, 5], (quarters, letter) =>
        $$"""{"n":{{(quarters / 4m).ToString(CultureInfo.InvariantCulture)}},"s":"{{"ABCDEF"[letter]}}{{quarters % 7}}"}""");

    private static readonly Gen<string> Hostile = Gen.Select(One(HostileValues), One(HostileValues), One(HostileValues), (n, s, amount) => $$"""{"n":{{n}},"s":{{s}},"amount":{{amount}},"currency":{{s}} }""");

    private static readonly Gen<TimeSpan> Lateness = Gen.Frequency(
        (6, Gen.Const(TimeSpan.Zero)),
        (2, Gen.Int[-23, 60].Select(hours => TimeSpan.FromHours(hours))),
        (1, Gen.Int[0, 1500].Select(days => TimeSpan.FromDays(days))));

    private static readonly Gen<Timestamp?> AnyTime = Gen.Frequency(
        (20, Gen.Const((Timestamp?)null)),
        (8, Gen.Long[Timestamp.MinValue.UnixMicroseconds, Timestamp.MaxValue.UnixMicroseconds].Select(at => (Timestamp?)new Timestamp(at))),
        (1, Gen.Const((Timestamp?)Timestamp.MinValue)),
        (1, Gen.Const((Timestamp?)Timestamp.MaxValue)));

    /// <summary>Events occur when they are received.</summary>
    public static readonly Gen<Move[]> InOrder = Moves(Gen.Select(Wait, One(GeneratedPrograms.EventNames), Value, (wait, name, json) => (Move)new Move.Emit(wait, name, json, TimeSpan.Zero, null))).Array[1, 40];

    /// <summary>Some events come late, and a few up to a day too early.</summary>
    public static readonly Gen<Move[]> WithLate = Moves(Gen.Select(Wait, One(GeneratedPrograms.EventNames), Value, Lateness, (wait, name, json, late) => (Move)new Move.Emit(wait, name, json, late, null))).Array[1, 40];

    /// <summary>Any properties at any time.</summary>
    public static readonly Gen<Move[]> Wild = Moves(Gen.Select(
        Wait,
        One([.. GeneratedPrograms.EventNames, "purchase_completed", "session_started", "loyalty_signup", "other", FactKinds.PointsAwarded]),
        Gen.OneOf(Value, Hostile, Gen.Const("{}")),
        Lateness,
        AnyTime,
        (wait, name, json, late, at) => (Move)new Move.Emit(wait, name, json, late, at))).Array[1, 40];

    private static Gen<Move> Moves(Gen<Move> emit) => Gen.Frequency(
        (12, emit),
        (2, Gen.Select(Wait, One("c0", "c1", "c2", "seven_days_in", "none"), (wait, code) => (Move)new Move.Enroll(wait, code))),
        (2, Gen.Select(Wait, GeneratedCommands.Any, (wait, command) => (Move)new Move.Run(wait, command))),
        (1, Wait.Select(wait => (Move)new Move.Sleep(wait))));

    private static Gen<string> One(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(place => choices[place]);
}
