using System.Text;
using System.Text.Json;
using CsCheck;
using Laurel.Core.Tests.Generated;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Evaluation;

/// <summary>What is kept of a participant, as texts that a test can compare.</summary>
internal static class Kept
{
    /// <summary>2026-01-01T00:00:00Z, which the generated schedules lie around.</summary>
    public static readonly Timestamp NewYear = new(1_767_225_600_000_000);

    /// <summary>The book of a program that must be accepted.</summary>
    public static RuleBook Book(string program, int version = 1)
    {
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(program), version);
        Assert.Empty(reading.Faults);
        return reading.Book!;
    }

    public static string State(ParticipantState state) => Encoding.UTF8.GetString(StateDocument.Write(state));

    public static string Facts(IReadOnlyList<DerivedFact> facts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            FactDocument.Write(writer, facts);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A line for each part.</summary>
    public static string[] Parts(IReadOnlyDictionary<string, byte[]> parts) => [.. parts.OrderBy(part => part.Key, StringComparer.Ordinal).Select(part => $"{part.Key} {Encoding.UTF8.GetString(part.Value)}")];

    /// <summary>All that a decision says.</summary>
    public static string Decision(Decision decision) => string.Join(
        '\n',
        [State(decision.State), Facts(decision.Facts), $"{decision.LimitReached} {decision.Refusal} {decision.WantedReward}", .. decision.MissingParts, .. decision.Parts.Select(part => $"{part.Key} {(part.Document is null ? "removed" : Encoding.UTF8.GetString(part.Document))}")]);

    /// <summary>Does the moves from <paramref name="start"/> on; answers the time of the last.</summary>
    public static Timestamp Play(this SimulatedParticipant participant, IEnumerable<Move> moves, Timestamp start)
    {
        var now = start;
        foreach (var move in moves)
        {
            now = Later(now, move.Wait);
            participant.Do(move, now);
        }

        return now;
    }

    /// <summary>The time after a wait; time ends with the year 9999.</summary>
    public static Timestamp Later(Timestamp now, TimeSpan wait) => new(Math.Min(Timestamp.MaxValue.UnixMicroseconds, now.UnixMicroseconds + (long)wait.TotalMicroseconds));
}
