using System.Buffers;
using System.Text.Json;
using Laurel.AspNetCore.Badges;
using Laurel.AspNetCore.Challenges;
using Laurel.AspNetCore.Erasures;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Points;
using Laurel.AspNetCore.Rewards;
using Laurel.AspNetCore.Streaks;
using Laurel.AspNetCore.Tiers;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Rules;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>Writes what a batch keeps as JSON, with one buffer for all of it.</summary>
internal sealed class EventAnswers : IDisposable
{
    private static readonly byte[] NoFacts = "[]"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;

    public EventAnswers() => _writer = new Utf8JsonWriter(_buffer, JsonAnswers.Options);

    /// <summary>The body of the answer to a command.</summary>
    public byte[] WriteAnswer(string participantId, RuleBook book, Input input, Decision decision) => input switch
    {
        EventInput happened => WriteAnswer(happened, decision.Facts),
        CommandInput command => WriteCommandAnswer(participantId, book, command, decision),
        _ => throw new InvalidOperationException($"Unknown input {input.GetType().Name}."),
    };

    /// <summary>The body of the answer to an event. Source: contract, "Response fields".</summary>
    public byte[] WriteAnswer(EventInput input, IReadOnlyList<DerivedFact> facts)
    {
        Restart();
        Span<char> id = stackalloc char[26];
        _writer.WriteStartObject();
        input.Id.Value.TryWriteStringify(id);
        _writer.WriteString("event_id"u8, id);
        input.FactId.Value.TryWriteStringify(id);
        _writer.WriteString("fact_id"u8, id);
        _writer.WriteString("status"u8, "processed"u8);
        _writer.WritePropertyName("rewards_granted"u8);
        FactDocument.WriteGrants(_writer, input.Id, facts);
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>What was allocated, as the log keeps it: <c>[{reward, granted, code}]</c>; empty where nothing was.</summary>
    public static byte[] WriteOutcomes(IReadOnlyList<RewardAllocation> allocations)
    {
        if (allocations.Count == 0)
        {
            return [];
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, JsonAnswers.Options);
        writer.WriteStartArray();
        foreach (var (told, _) in allocations)
        {
            writer.WriteStartObject();
            writer.WriteString("reward"u8, told.Reward);
            writer.WriteBoolean("granted"u8, told.IsGranted);
            writer.WriteString("code"u8, told.CodeValue);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="WriteOutcomes"/> wrote.</summary>
    public static List<Allocation> ReadOutcomes(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return [];
        }

        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(outcome => new Allocation(
            outcome.GetProperty("reward"u8).GetString()!, outcome.GetProperty("granted"u8).GetBoolean(), outcome.GetProperty("code"u8).GetString()))];
    }

    /// <summary>The derived facts as they are kept.</summary>
    public byte[] WriteFacts(IReadOnlyList<DerivedFact> facts)
    {
        if (facts.Count == 0)
        {
            return NoFacts;
        }

        Restart();
        FactDocument.Write(_writer, facts);
        return _buffer.WrittenSpan.ToArray();
    }

    // Each slice knows its answer; it is a pure function, so that verification can make it again.
    private byte[] WriteCommandAnswer(string participantId, RuleBook book, CommandInput command, Decision decision)
    {
        Restart();
        switch (command)
        {
            case EnrollInput enroll:
                EnrollmentAnswer.Of(participantId, enroll.ChallengeCode, book, decision.State).Write(_writer, enroll.Id, decision.Facts);
                break;
            case AwardPointsInput or DeductPointsInput:
                PointsAnswer.Write(_writer, participantId, book, command, decision);
                break;
            case ClaimRewardInput claim:
                ClaimAnswer.Write(_writer, participantId, book, claim, decision);
                break;
            case MoveClaimInput move:
                ClaimAnswer.Write(_writer, participantId, book, move, decision);
                break;
            case AwardBadgeInput award:
                BadgeAnswer.Write(_writer, participantId, book, award, decision);
                break;
            case AssignTierInput:
                TierAnswer.Write(_writer, participantId, book, command, decision);
                break;
            case RecordStreakInput record:
                StreakAnswer.Write(_writer, participantId, record, decision);
                break;
            case UpdateProfileInput:
                // Answered with the profile as it is after the write: nothing is kept for a retry, which finds nothing to change.
                break;
            case EraseInput erase:
                ErasureAnswer.Write(_writer, erase, decision.State);
                break;
            default:
                throw new InvalidOperationException($"The command {command.Name} has no answer.");
        }

        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _writer.Dispose();

    private void Restart()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
    }
}
