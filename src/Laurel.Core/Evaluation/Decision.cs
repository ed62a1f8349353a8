using Laurel.Facts;

namespace Laurel.Evaluation;

/// <summary>
/// What evaluation concluded, as data: the state after the input, and the derived facts in the order made. Only the shell acts on it.
/// <paramref name="LimitReached"/> says that the input would have made more facts than one input may; completions left undone stay as progress; points that a
/// rule would have awarded for such facts are not awarded.
/// </summary>
public sealed record Decision(ParticipantState State, IReadOnlyList<DerivedFact> Facts, bool LimitReached);
