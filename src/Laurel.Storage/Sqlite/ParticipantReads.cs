using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>participants</c>.</summary>
internal static class ParticipantReads
{
    /// <summary>The participant as of the snapshot; null for an unknown one.</summary>
    public static ParticipantRow? Find(Snapshot snapshot, ParticipantName name)
    {
        if (snapshot.Participant is { } recent)
        {
            return RowOf(name, recent);
        }

        return FindStored(snapshot.Connection, name) is { } stored ? RowOf(stored) : null;
    }

    /// <summary>The participant as it was last folded. Without <paramref name="anyIsDue"/> nobody is, and there is nothing to look up.</summary>
    public static LoadedParticipant? FindStored(Connection connection, ParticipantName name, bool anyIsDue = true)
    {
        var select = connection.Prepare(anyIsDue
            ? "select key, created_at, rate_arrival, state, (select due_at from wakes where participant_key = key) from participants where environment = ?1 and id = ?2"
            : "select key, created_at, rate_arrival, state, null from participants where environment = ?1 and id = ?2")
            .Bind(1, name.Environment.Value).Bind(2, name.Id);
        var found = select.Step()
            ? new LoadedParticipant(
                select.Long(0),
                name,
                StateDocument.Read(select.Bytes(3)),
                select.Long(2),
                new Timestamp(select.Long(1)),
                IsNew: false,
                select.LongOrNull(4) is { } dueAt ? new Timestamp(dueAt) : null)
            : null;
        select.Reset();
        return found;
    }

    /// <summary>The name of the participant with this key; it must be there.</summary>
    public static ParticipantName NameOf(Connection connection, long key)
    {
        var select = connection.Prepare("select environment, id from participants where key = ?1").Bind(1, key);
        if (!select.Step())
        {
            throw new InvalidOperationException($"Participant {key} is missing from the store.");
        }

        var name = new ParticipantName(new EnvironmentKey(select.Int(0)), select.Text(1));
        select.Reset();
        return name;
    }

    /// <summary>The key of a participant: its row is made with its first commit.</summary>
    public static long? FindKey(Connection connection, ParticipantName name)
    {
        var select = connection.Prepare("select key from participants where environment = ?1 and id = ?2").Bind(1, name.Environment.Value).Bind(2, name.Id);
        long? key = select.Step() ? select.Long(0) : null;
        select.Reset();
        return key;
    }

    /// <summary>Names of an environment's participants, without erased ones, after <paramref name="afterKey"/>, by key.</summary>
    public static List<ParticipantName> Names(Connection connection, EnvironmentKey environment, long afterKey, int limit)
    {
        var select = connection.Prepare("select id from participants indexed by participants_by_environment where environment = ?1 and key > ?2 and unicode(id) <> 1 order by key limit ?3")
            .Bind(1, environment.Value).Bind(2, afterKey).Bind(3, limit);
        var names = new List<ParticipantName>();
        while (select.Step())
        {
            names.Add(new ParticipantName(environment, select.Text(0)));
        }

        select.Reset();
        return names;
    }

    /// <summary>The rows of participants that exist: as <paramref name="recent"/> has them, or else as they were last folded.</summary>
    public static List<ParticipantRow> Rows(Connection connection, List<ParticipantName> names, Dictionary<ParticipantName, RecentParticipant> recent) =>
        names.ConvertAll(name => recent.TryGetValue(name, out var participant) ? RowOf(name, participant) : RowOf(FindStored(connection, name)!));

    private static ParticipantRow RowOf(ParticipantName name, RecentParticipant recent) => new(recent.Key, name, recent.ReadState(), recent.CreatedAt, recent.DueAt);

    private static ParticipantRow RowOf(LoadedParticipant stored) => new(stored.Key, stored.Name, stored.State, stored.CreatedAt, stored.DueAt);
}
