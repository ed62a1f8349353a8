using System.Globalization;
using System.Text;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Storage;
using Laurel.Storage.Transfer;

namespace Laurel.AspNetCore.Verification;

/// <summary>
/// An erased participant: nobody can judge its inputs again. What is left of them must be gapless and say nothing that a caller wrote, and the totals in its state must be those
/// that the kept facts come to.
/// </summary>
internal sealed class ErasedVerification(ParticipantRecord stored, string where, RewardTally rewards, Action<Difference> report)
{
    private readonly long[] _counts = new long[FactKinds.All.Count];
    private readonly Dictionary<string, int> _claims = new(StringComparer.Ordinal);
    private readonly PointSums _points = new();
    private long _seq;
    private long _events;
    private bool _isErased;

    /// <summary>The next input by <c>seq</c>.</summary>
    public async ValueTask AddAsync(LogRow row, CancellationToken cancellationToken)
    {
        Compare(row.Seq, "seq", Text(++_seq), Text(row.Seq));
        var isErasure = row.Kind == InputKind.Command && row.EventName == EraseInput.CommandName;
        Compare(row.Seq, "name", row.Kind == InputKind.Tick ? "" : isErasure ? EraseInput.CommandName : ErasedInput.Name, row.EventName);
        Compare(row.Seq, "properties", ErasedInput.Properties, Encoding.UTF8.GetString(row.Properties.Span));
        if (!isErasure)
        {
            // Some commands have none, and nobody knows any more which command it was.
            var hasNone = row.Kind == InputKind.Tick || (row.Kind == InputKind.Command && row.Answer.IsEmpty);
            Compare(row.Seq, "answer", hasNone ? "" : ErasedInput.Answer, Encoding.UTF8.GetString(row.Answer.Span));
            Compare(row.Seq, "payload_hash", Text(0), row.PayloadHash.ToString(CultureInfo.InvariantCulture));
        }

        if (_isErased)
        {
            report(new Difference(where, row.Seq, "input", "none behind the one that erases", row.EventName));
        }

        _isErased |= isErasure;
        try
        {
            await CountAsync(row, cancellationToken);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            report(new Difference(where, row.Seq, "facts", "an array of facts", failure.Message));
        }
    }

    /// <summary>All inputs were added.</summary>
    public void Finish()
    {
        Compare(null, "name", "one that an erasure gives", ErasedName.Is(stored.Name.Id) ? "one that an erasure gives" : stored.Name.Id);
        Compare(null, "last input", "the one that erases", _isErased ? "the one that erases" : "another");
        Compare(null, "due_at", "never", stored.DueAt is { } due ? due.ToString() : "never");
        CompareTotals();
    }

    private void CompareTotals()
    {
        ParticipantState state;
        try
        {
            state = StateDocument.Read(stored.State.Span);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            report(new Difference(where, null, "state", "a document that can be read", failure.Message));
            return;
        }

        var totals = new ParticipantState
        {
            Seq = _seq,
            TotalEvents = _events,
            FactCounts = _counts,
            Balances = state.Balances,
            Rewards = [.. state.Rewards.Select(reward => reward with { Claims = _claims.GetValueOrDefault(reward.Code) })],
            IsErased = true,
        };
        Compare(null, "state", Encoding.UTF8.GetString(StateDocument.Write(totals)), Encoding.UTF8.GetString(stored.State.Span));
        foreach (var (currency, expected, actual) in _points.Compare(state))
        {
            report(new Difference(where, null, $"balance of '{currency}'", expected, actual));
        }
    }

    private async ValueTask CountAsync(LogRow row, CancellationToken cancellationToken)
    {
        var isEvent = row.Kind == InputKind.Event ? 1 : 0;
        var (kinds, counted) = KeptFacts.Read(row.Facts);
        Compare(row.Seq, "fact_mask", Text(FactKinds.Mask(kinds) | isEvent), Text(row.FactMask));
        Compare(row.Seq, "fact_count", Text(kinds.Count + isEvent), Text(row.FactCount));
        _events += isEvent;
        _counts[0] += isEvent;
        foreach (var kind in kinds)
        {
            _counts[FactKinds.All.ToList().IndexOf(kind)]++;
        }

        _points.Add(counted);
        foreach (var fact in counted)
        {
            switch (fact)
            {
                case RewardIssued issued:
                    _claims[issued.RewardCode] = _claims.GetValueOrDefault(issued.RewardCode) + 1;
                    await rewards.AddAsync(where, stored.Name.Environment, row, issued, cancellationToken);
                    break;
                case RewardCancelled cancelled:
                    // What was cancelled no longer counts for the participant, but was issued all the same.
                    _claims[cancelled.RewardCode] = Math.Max(0, _claims.GetValueOrDefault(cancelled.RewardCode) - 1);
                    break;
            }
        }
    }

    private void Compare(long? seq, string member, string expected, string actual)
    {
        if (expected != actual)
        {
            report(new Difference(where, seq, member, expected, actual));
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
