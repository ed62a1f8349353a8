using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>participants</c>.</summary>
internal static class ParticipantReads
{
    /// <summary>The participant as of the snapshot; null for an unknown one.</summary>
    public static ParticipantRow? Find(Snapshot snapshot, ParticipantName name)
    {
        if (snapshot.Participant is { } recent)
        {
            return new ParticipantRow(recent.Key, name, recent.ReadState(), recent.CreatedAt);
        }

        return FindStored(snapshot.Connection, name) is { } stored ? new ParticipantRow(stored.Key, name, stored.State, stored.CreatedAt) : null;
    }

    /// <summary>The participant as it was last folded.</summary>
    public static LoadedParticipant? FindStored(Connection connection, ParticipantName name)
    {
        var select = connection.Prepare("select key, created_at, rate_arrival, state from participants where environment = ?1 and id = ?2")
            .Bind(1, name.Environment.Value).Bind(2, name.Id);
        var found = select.Step()
            ? new LoadedParticipant(select.Long(0), name, StateDocument.Read(select.Bytes(3)), select.Long(2), new Timestamp(select.Long(1)), IsNew: false)
            : null;
        select.Reset();
        return found;
    }
}
