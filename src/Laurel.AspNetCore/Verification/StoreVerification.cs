using System.Globalization;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Storage;
using Laurel.Storage.Transfer;

namespace Laurel.AspNetCore.Verification;

/// <summary>How much was verified.</summary>
internal sealed record VerifiedCounts(long Participants, long Inputs, long Differences);

/// <summary>
/// Holds all of a store against its log: every participant's log is replayed from nothing, and what comes out is compared byte for byte. Participants are shared out
/// over the machine's cores in ranges of keys; a core holds one participant at a time.
/// </summary>
internal sealed class StoreVerification(ILaurelStore store)
{
    private const int KeysInRange = 256;
    private readonly RuleBooks _books = new(store);
    private readonly Lock _reporting = new();
    private long _participants;
    private long _inputs;
    private long _differences;

    /// <summary>Inputs replayed so far.</summary>
    public long Inputs => Interlocked.Read(ref _inputs);

    /// <summary>Verifies <paramref name="snapshot"/>; <paramref name="report"/> is told of each difference, one at a time, in no order.</summary>
    public async Task<VerifiedCounts> RunAsync(IStoreSnapshot snapshot, Action<Difference> report, CancellationToken cancellationToken)
    {
        void Report(Difference difference)
        {
            lock (_reporting)
            {
                _differences++;
                report(difference);
            }
        }

        var environments = new VerifiedEnvironments(_books);
        await environments.ReadAsync(snapshot, cancellationToken);
        var counts = await snapshot.CountAsync(cancellationToken);
        var rewards = new RewardTally(snapshot, environments, Report);
        var indexes = Task.Run(() => CheckIndexesAsync(snapshot, Report, cancellationToken), cancellationToken);
        await Parallel.ForEachAsync(
            Ranges(counts.LastParticipantKey),
            cancellationToken,
            async (afterKey, stop) => await VerifyRangeAsync(snapshot, afterKey, environments, rewards, Report, stop));
        await indexes;
        await rewards.CompareAsync(cancellationToken);
        foreach (var (what, expected, actual) in new[] { ("participants", counts.Participants, _participants), ("inputs", counts.Inputs, Inputs) })
        {
            if (expected != actual)
            {
                Report(new Difference("store", null, $"{what} with a participant's log", Text(expected), Text(actual)));
            }
        }

        return new VerifiedCounts(_participants, Inputs, _differences);
    }

    private async Task VerifyRangeAsync(
        IStoreSnapshot snapshot, long afterKey, VerifiedEnvironments environments, RewardTally rewards, Action<Difference> report, CancellationToken cancellationToken)
    {
        using var answers = new EventAnswers();
        ParticipantVerification? participant = null;
        await foreach (var record in snapshot.ReadParticipantsAsync(afterKey, afterKey + KeysInRange, cancellationToken))
        {
            switch (record)
            {
                case ParticipantRecord next:
                    await FinishAsync();
                    participant = new ParticipantVerification(next, _books, environments, rewards, answers, report);
                    break;
                case PartRecord part:
                    participant!.Add(part);
                    break;
                case InputRecord input:
                    await participant!.AddAsync(input.Row, cancellationToken);
                    Interlocked.Increment(ref _inputs);
                    cancellationToken.ThrowIfCancellationRequested();
                    break;
            }
        }

        await FinishAsync();

        async ValueTask FinishAsync()
        {
            if (participant is not null)
            {
                await participant.FinishAsync(cancellationToken);
                Interlocked.Increment(ref _participants);
            }
        }
    }

    private static async Task CheckIndexesAsync(IStoreSnapshot snapshot, Action<Difference> report, CancellationToken cancellationToken)
    {
        await foreach (var sentence in snapshot.ReadBrokenIndexesAsync(cancellationToken))
        {
            report(new Difference("store", null, "index", "one that agrees with the log", sentence));
        }
    }

    private static IEnumerable<long> Ranges(long lastKey)
    {
        for (long afterKey = 0; afterKey < lastKey; afterKey += KeysInRange)
        {
            yield return afterKey;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
