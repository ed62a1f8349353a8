using System.Text.Json;
using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Challenges;

/// <summary>
/// The answer to an enrolment: <paramref name="EndsAt"/> is when the participant's time is over, null = never.
/// </summary>
internal sealed record EnrollmentAnswer(string ParticipantId, string ChallengeCode, Timestamp EnrolledAt, Timestamp? EndsAt)
{
    /// <summary>The answer for a participant who is enrolled in <paramref name="state"/>.</summary>
    public static EnrollmentAnswer Of(string participantId, string challengeCode, RuleBook book, ParticipantState state)
    {
        var progress = Array.Find(state.Challenges, progress => progress.Code == challengeCode)!;
        return new EnrollmentAnswer(
            participantId, challengeCode, progress.EnrolledAt!.Value, ChallengeStanding.EndFor(book, book.FindActiveChallenge(challengeCode)!, progress));
    }

    /// <summary>Writes what an enrolment made: the first of <paramref name="facts"/> is its own.</summary>
    public void Write(Utf8JsonWriter writer, FactId input, IReadOnlyList<DerivedFact> facts)
    {
        WriteStart(writer, input.Plus(DerivedFact.IdOffset(0)).ToString(), alreadyEnrolled: false);
        FactDocument.WriteGrants(writer, input, facts);
        writer.WriteEndObject();
    }

    /// <summary>Writes that an earlier enrolment stands: this one made nothing.</summary>
    public void WriteAlreadyEnrolled(Utf8JsonWriter writer)
    {
        WriteStart(writer, factId: null, alreadyEnrolled: true);
        writer.WriteStartArray();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteStart(Utf8JsonWriter writer, string? factId, bool alreadyEnrolled)
    {
        writer.WriteStartObject();
        writer.WriteString("participant_id"u8, ParticipantId);
        writer.WriteString("challenge_code"u8, ChallengeCode);
        writer.WriteString("enrolled_at"u8, EnrolledAt.ToString());
        writer.WriteString("ends_at"u8, EndsAt?.ToString());
        writer.WriteString("fact_id"u8, factId);
        writer.WriteBoolean("already_enrolled"u8, alreadyEnrolled);
        writer.WritePropertyName("rewards_granted"u8);
    }
}
