using Laurel.Evaluation;
using Laurel.Rules;
using Laurel.Storage;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>What came of a command.</summary>
internal abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary>Kept, now or by an earlier call with the same key. <paramref name="Body"/> is the whole answer.</summary>
    public sealed record Answered(byte[] Body, bool IsReplay, bool PayloadDiffers) : CommandOutcome;

    /// <summary>Refused by the rules; nothing was kept. <paramref name="State"/> is the participant's, <paramref name="Book"/> what judged.</summary>
    public sealed record Refused(Refusal Reason, ParticipantState State, RuleBook Book) : CommandOutcome;

    /// <summary>A call with the same key was kept, and its answer went when its participant was erased. Nothing was kept now.</summary>
    public sealed record Erased : CommandOutcome;

    /// <summary>What was due happened; there is nothing to answer.</summary>
    public sealed record Woken : CommandOutcome;

    /// <summary>Refused by the participant's cap; nothing was kept.</summary>
    public sealed record RateRefused(int RetryAfterSeconds) : CommandOutcome;

    /// <summary>The store could not keep it. Nothing was kept, but for <see cref="StoreFault.OutcomeUnknown"/>.</summary>
    public sealed record StoreFailed(StoreFault Fault, string Message) : CommandOutcome;

    /// <summary>A bug of Laurel's; nothing was kept.</summary>
    public sealed record Broken : CommandOutcome;
}
