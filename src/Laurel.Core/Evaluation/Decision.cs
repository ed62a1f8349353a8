using Laurel.Facts;

namespace Laurel.Evaluation;

/// <summary>
/// What evaluation concluded, as data: the state after the input, and the derived facts in the order made. Only the shell acts on it.
/// <paramref name="LimitReached"/> says that the input would have made more facts than one input may; completions left undone stay as progress; points that a
/// rule would have awarded for such facts are not awarded.
/// </summary>
public sealed record Decision(ParticipantState State, IReadOnlyList<DerivedFact> Facts, bool LimitReached)
{
    /// <summary>Pieces of the state outside its document that changed.</summary>
    public IReadOnlyList<PartChange> Parts { get; init; } = [];

    /// <summary>Why a command was refused, which changed nothing; null for all else.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>Parts that must be loaded first. Not empty: the rest of the decision is void; evaluate again with them.</summary>
    public IReadOnlyList<string> MissingParts { get; init; } = [];

    /// <summary>A reward to allocate first. Not null: the rest of the decision is void; evaluate again with one more allocation.</summary>
    public string? WantedReward { get; init; }

    /// <summary>Whether this is the decision, and not a request for supplies.</summary>
    public bool IsFinal => MissingParts.Count == 0 && WantedReward is null;
}

/// <summary>A part of a participant's state as it is to be kept; null = removed.</summary>
public readonly record struct PartChange(string Key, byte[]? Document);

/// <summary>Why a command cannot be carried out.</summary>
public enum Refusal
{
    /// <summary>No active challenge has this code.</summary>
    ChallengeNotFound,

    /// <summary>The challenge takes everybody: nobody enrols.</summary>
    EnrollmentNotExplicit,

    /// <summary>The challenge has not begun, or is over.</summary>
    ChallengeNotOpen,

    /// <summary>The participant does not meet the eligibility.</summary>
    NotEligible,

    /// <summary>The participant takes part already.</summary>
    AlreadyEnrolled,

    /// <summary>The participant has completed the challenge as often as one can.</summary>
    AlreadyCompleted,

    /// <summary>The program has no currency of this code.</summary>
    CurrencyNotFound,

    /// <summary>The balance holds fewer points than asked for.</summary>
    InsufficientPoints,

    /// <summary>The points earned would leave what a whole number can hold.</summary>
    BalanceFull,

    /// <summary>No write of this participant was ever kept.</summary>
    ParticipantNotFound,
}
