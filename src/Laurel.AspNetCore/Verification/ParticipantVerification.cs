using System.Globalization;
using System.Text.Json;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Participants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;
using Laurel.Storage.Transfer;

namespace Laurel.AspNetCore.Verification;

/// <summary>
/// One participant: its log is judged again from nothing, input by input, and in the end everything that the store has of it is held against what came out. Where an
/// input cannot be judged, that is told, and the rest of the participant is left: what follows from it is not known.
/// </summary>
internal sealed class ParticipantVerification(
    ParticipantRecord stored, RuleBooks books, VerifiedEnvironments environments, RewardTally rewards, EventAnswers answers, Action<Difference> report)
{
    // Nobody can judge an erased participant again.
    private readonly ErasedVerification? _erased = ErasedOf(stored, environments, rewards, report);
    private readonly string _where = $"participant '{stored.Name.Id}' of {environments.NameOf(stored.Name.Environment)}";
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _storedParts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _parts = new(StringComparer.Ordinal);
    private readonly PointSums _points = new();
    private ParticipantState _state = ParticipantState.New;
    private Timestamp? _firstReceivedAt;
    private int _lastVersion;
    private bool _isLost;

    /// <summary>A piece of the state as the store has it.</summary>
    public void Add(PartRecord part) => _storedParts[part.Name.Key] = part.Document;

    /// <summary>The next input by <c>seq</c>.</summary>
    public async ValueTask AddAsync(LogRow row, CancellationToken cancellationToken)
    {
        if (_isLost)
        {
            return;
        }

        if (_erased is not null)
        {
            await _erased.AddAsync(row, cancellationToken);
            _firstReceivedAt ??= row.ReceivedAt;
            return;
        }

        if (row.Seq != _state.Seq + 1)
        {
            Lose(row.Seq, "seq", Text(_state.Seq + 1), Text(row.Seq));
            return;
        }

        if (row.EngineVersion != Evaluator.EngineVersion)
        {
            Lose(row.Seq, "engine_version", Text(Evaluator.EngineVersion), Text(row.EngineVersion));
            return;
        }

        RuleBook book;
        ReplayedInput replayed;
        try
        {
            book = await books.GetAsync(stored.Name.Environment, row.ProgramVersion, cancellationToken);
            replayed = LogReplay.Judge(book, _state, row, _parts, isTraced: false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not StoreException)
        {
            // Whatever a damaged row makes evaluation do, it is the row that is wrong.
            Lose(row.Seq, "input", "one that can be judged again", failure.Message);
            return;
        }

        Compare(row, replayed, book);
        _state = replayed.Decision.State;
        _lastVersion = row.ProgramVersion;
        _firstReceivedAt ??= row.ReceivedAt;
        _points.Add(replayed.Decision.Facts);
        for (var i = 0; i < replayed.Decision.Facts.Count; i++)
        {
            if (replayed.Decision.Facts[i] is RewardIssued issued)
            {
                await rewards.AddAsync(_where, stored.Name.Environment, row, issued, cancellationToken);
            }
        }
    }

    /// <summary>All inputs were added.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_isLost)
        {
            return;
        }

        Compare(null, "created_at", TimeText(_firstReceivedAt), TimeText(stored.CreatedAt));
        CompareParts();
        if (_erased is not null)
        {
            _erased.Finish();
            return;
        }

        Compare(null, "state", StateDocument.Write(_state), stored.State.Span);
        ComparePoints();
        var dues = await environments.DuesOfAsync(stored.Name.Environment, _state, _lastVersion, cancellationToken);
        if (!dues.Contains(stored.DueAt))
        {
            report(new Difference(_where, null, "due_at", string.Join(" or ", dues.Distinct().Select(TimeText)), TimeText(stored.DueAt)));
        }
    }

    private static ErasedVerification? ErasedOf(ParticipantRecord stored, VerifiedEnvironments environments, RewardTally rewards, Action<Difference> report) =>
        ErasedName.Is(stored.Name.Id)
            ? new ErasedVerification(stored, $"erased participant {stored.Key} of {environments.NameOf(stored.Name.Environment)}", rewards, report)
            : null;

    private void Compare(LogRow row, ReplayedInput replayed, RuleBook book)
    {
        var (_, input, decision, _) = replayed;
        if (decision.Refusal is { } refusal)
        {
            Compare(row.Seq, "input", "one that is carried out", $"refused ({refusal})");
        }
        else
        {
            var answer = row.Kind == InputKind.Tick ? [] : answers.WriteAnswer(stored.Name.Id, book, input, decision);
            Compare(row.Seq, "answer", answer, row.Answer.Span);
        }

        var isEvent = row.Kind == InputKind.Event ? 1 : 0;
        Compare(row.Seq, "facts", answers.WriteFacts(decision.Facts), row.Facts.Span);
        Compare(row.Seq, "fact_mask", FactDocument.MaskOf(decision.Facts) & ~(1 - isEvent), row.FactMask);
        Compare(row.Seq, "fact_count", decision.Facts.Count + isEvent, row.FactCount);
        if (isEvent == 0)
        {
            Compare(row.Seq, "occurred_at", TimeText(input.OccurredAt), TimeText(row.OccurredAt));
        }
    }

    private void CompareParts()
    {
        foreach (var (key, document) in _parts)
        {
            Compare(null, $"part '{key}'", (document ?? default).Span, _storedParts.GetValueOrDefault(key).Span);
        }

        foreach (var (key, document) in _storedParts.Where(part => !_parts.ContainsKey(part.Key)))
        {
            Compare(null, $"part '{key}'", default, document.Span);
        }
    }

    // The balances as the store has them: the state that came out is right by its own reckoning, which this one checks.
    private void ComparePoints()
    {
        ParticipantState state;
        try
        {
            state = StateDocument.Read(stored.State.Span);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            report(new Difference(_where, null, "state", "a document that can be read", failure.Message));
            return;
        }

        foreach (var (currency, expected, actual) in _points.Compare(state))
        {
            report(new Difference(_where, null, $"balance of '{currency}'", expected, actual));
        }
    }

    private void Lose(long seq, string member, string expected, string actual)
    {
        _isLost = true;
        report(new Difference(_where, seq, member, expected, $"{actual} (what follows was not verified)"));
    }

    private void Compare(long? seq, string member, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (!expected.SequenceEqual(actual))
        {
            report(Difference.Of(_where, seq, member, expected, actual));
        }
    }

    private void Compare(long? seq, string member, int expected, int actual) => Compare(seq, member, Text(expected), Text(actual));

    private void Compare(long? seq, string member, string expected, string actual)
    {
        if (expected != actual)
        {
            report(new Difference(_where, seq, member, expected, actual));
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string TimeText(Timestamp? time) => time is { } at ? Text(at.UnixMicroseconds) : "never";
}
