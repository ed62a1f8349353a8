using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>A fact as the server shows it; <paramref name="Type"/> is that of its message.</summary>
internal sealed record CommittedFact(string Id, string Type, string Participant, long Seq)
{
    private const int PageSize = 100;

    /// <summary>All facts of a participant, page by page. Only right while nobody writes.</summary>
    public static async Task<List<CommittedFact>> ReadAllAsync(Api api, string participant)
    {
        var facts = new List<CommittedFact>();
        for (var page = 1; ; page++)
        {
            var reply = await api.FactsAsync(participant, $"?page={page}&page_size={PageSize}");
            Assert.True(reply.Status == 200, reply.ToString());
            foreach (var fact in reply.Json.GetProperty("facts").EnumerateArray())
            {
                var kind = fact.GetProperty("kind").GetString()!;
                facts.Add(new CommittedFact(
                    fact.GetProperty("fact_id").GetString()!, kind == "event" ? "event.processed" : kind, participant, fact.GetProperty("seq").GetInt64()));
            }

            if (page * PageSize >= reply.Json.GetProperty("total").GetInt32())
            {
                return facts;
            }
        }
    }

    /// <summary>
    /// What is wrong with what a receiver got, each a sentence: every fact that its filter matches at least once, nothing that is no fact, and each as it is.
    /// </summary>
    public static IEnumerable<string> Compare(IReadOnlyDictionary<string, CommittedFact> facts, IReadOnlyList<string> eventTypes, IEnumerable<WebhookMessage> messages)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            if (!facts.TryGetValue(message.Id, out var fact))
            {
                yield return $"message {message.Id} ({message.Type} of {message.Participant}) is no fact that was committed";
                continue;
            }

            if ((fact.Type, fact.Participant, fact.Seq) != (message.Type, message.Participant, message.Seq))
            {
                yield return $"message {message} differs from {fact}";
            }

            if (message.Accepted > 0)
            {
                taken.Add(message.Id);
            }
        }

        foreach (var fact in facts.Values.Where(fact => WebhookMessage.IsWanted(fact.Type, eventTypes) && !taken.Contains(fact.Id)))
        {
            yield return $"fact {fact.Id} ({fact.Type} of {fact.Participant}) was never delivered";
        }
    }
}
