using System.Text.Json;
using Laurel.Challenges;

namespace Laurel.AspNetCore.Challenges;

/// <summary>Writes how challenges stand, in a participant's state and in the list of its challenges alike. Source: laurel-api.md, "State".</summary>
internal static class ChallengeRows
{
    /// <summary>What <see cref="TextOf"/> may answer.</summary>
    public static readonly IReadOnlyList<string> Statuses = [.. Enum.GetValues<ChallengeStatus>().Select(TextOf)];

    /// <summary>A status as it stands in answers.</summary>
    public static string TextOf(ChallengeStatus status) => status switch
    {
        ChallengeStatus.Active => "active",
        ChallengeStatus.Completed => "completed",
        ChallengeStatus.Ended => "ended",
        ChallengeStatus.NotEnrolled => "not_enrolled",
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };

    /// <summary>Writes a list.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<ChallengeStanding> standings)
    {
        writer.WriteStartArray();
        foreach (var standing in standings)
        {
            Write(writer, standing);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ChallengeStanding standing)
    {
        var (challenge, progress) = (standing.Challenge, standing.Progress);
        writer.WriteStartObject();
        writer.WriteString("code"u8, challenge.Code);
        writer.WriteString("name"u8, challenge.Name);
        writer.WriteString("status"u8, TextOf(standing.Status));
        writer.WriteString("enrolled_at"u8, progress.EnrolledAt?.ToString());
        writer.WriteString("period_start"u8, standing.PeriodStart?.ToString());
        writer.WriteString("period_end"u8, standing.PeriodEnd?.ToString());
        writer.WriteNumber("completions"u8, progress.Completions);
        writer.WriteStartArray("objectives"u8);
        foreach (var objective in challenge.Objectives)
        {
            writer.WriteStartObject();
            writer.WriteString("code"u8, objective.Code);
            if (standing.CurrentOf(objective) is { } current)
            {
                writer.WriteNumber("current"u8, current);
            }
            else
            {
                writer.WriteNull("current"u8);
            }

            writer.WriteNumber("target"u8, objective.Criteria.Target);
            writer.WriteBoolean("completed"u8, progress.Of(objective.Code).IsCompleted);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
