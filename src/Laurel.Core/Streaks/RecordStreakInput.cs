using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Streaks;

/// <summary>
/// The period of <paramref name="At"/>, null for the time of receipt, is recorded in a streak by hand. The streak's own condition is not asked: there is no event that it could be about.
/// </summary>
public sealed record RecordStreakInput(FactId Id, string StreakCode, Timestamp? At, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "streak.record";

    public override string Name => CommandName;

    public override Timestamp OccurredAt => At ?? ReceivedAt;

    internal static RecordStreakInput Read(JsonElement payload, FactId id, Timestamp receivedAt) => new(
        id,
        payload.GetProperty("streak_code"u8).GetString()!,
        payload.TryGetProperty("at"u8, out var at) ? new Timestamp(at.GetInt64()) : null,
        receivedAt);

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("streak_code"u8, StreakCode);
        if (At is { } at)
        {
            writer.WriteNumber("at"u8, at.UnixMicroseconds);
        }
    }

    internal override void Apply(Draft draft)
    {
        if (draft.Book.FindActiveStreak(StreakCode) is not { } streak)
        {
            draft.Refusal = Refusal.StreakNotFound;
        }
        else if (StreakEvaluation.RecordPeriod(draft, streak) is not null)
        {
            // There is room for the facts: a command's own are the first.
            draft.Refusal = Refusal.PeriodRecorded;
        }
    }
}
