using Laurel.Facts;

namespace Laurel.Evaluation;

/// <summary>
/// What enters evaluation: one row of a participant's log. <paramref name="Id"/> starts its block of ids; <paramref name="ReceivedAt"/> is our clock.
/// </summary>
public abstract record Input(FactId Id, Timestamp ReceivedAt)
{
    /// <summary>The clock of schedules and periods: when it happened, so far as somebody says so.</summary>
    public virtual Timestamp OccurredAt => ReceivedAt;
}

/// <summary>The caller's event. <paramref name="OccurredAt"/> is the caller's clock.</summary>
public sealed record EventInput(FactId Id, string Name, Properties Properties, Timestamp OccurredAt, Timestamp ReceivedAt) : Input(Id, ReceivedAt)
{
    public override Timestamp OccurredAt { get; } = OccurredAt;

    /// <summary>Id of the event's own fact, of kind <c>event</c>.</summary>
    public FactId FactId => Id.Plus(1);
}

/// <summary>Time that passed: everything due up to <see cref="Input.ReceivedAt"/> happens. Run before another input while <see cref="Evaluator.HasDue"/>.</summary>
public sealed record TickInput(FactId Id, Timestamp ReceivedAt) : Input(Id, ReceivedAt);
