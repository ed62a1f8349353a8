namespace Laurel.Evaluation;

/// <summary>placeholder</summary>
public sealed class ParticipantState;
