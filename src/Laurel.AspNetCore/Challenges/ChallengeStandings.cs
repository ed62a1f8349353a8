using Laurel.AspNetCore.Participants;
using Laurel.Challenges;
using Laurel.Storage;

namespace Laurel.AspNetCore.Challenges;

/// <summary>Reads how all challenges of the program stand for a participant.</summary>
internal sealed class ChallengeStandings(ILaurelStore store)
{
    /// <summary>The standings in document order. What was withdrawn is told only to those who took part in it.</summary>
    public async ValueTask<IReadOnlyList<ChallengeStanding>> OfAsync(PresentParticipant participant, CancellationToken cancellationToken)
    {
        var (book, now) = (participant.Book, participant.Now);
        var shown = new List<(Challenge Challenge, ChallengeProgress? Held, string? Part)>();
        foreach (var challenge in book.Challenges)
        {
            var held = Array.Find(participant.State.Challenges, progress => progress.Code == challenge.Code);
            if (challenge.IsActive || held is not null)
            {
                shown.Add((challenge, held, ChallengeStanding.PartOf(book, challenge, held, now)));
            }
        }

        var missing = shown.Where(entry => entry.Part is { } key && !participant.Parts.ContainsKey(key)).Select(entry => entry.Part!).ToList();
        var loaded = missing.Count == 0
            ? new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
            : await store.ReadPartsAsync(participant.Row.Name, missing, cancellationToken);
        return shown.ConvertAll(entry => ChallengeStanding.Of(book, entry.Challenge, entry.Held, Find(entry.Part), now));

        ReadOnlyMemory<byte> Find(string? key) =>
            key is null ? default : participant.Parts.TryGetValue(key, out var known) ? known ?? default : loaded.GetValueOrDefault(key);
    }
}
