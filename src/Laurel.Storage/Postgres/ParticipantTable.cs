using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>participants</c>.</summary>
internal static class ParticipantTable
{
    // A row without created_at is a name only.
    private const string Find =
        "select key, environment, id, state, created_at, due_at from participants where environment = $1 and id = $2 and created_at is not null";

    // Now is $1, the node $2.
    private const string Unclaimed = "(wake_lease_until is null or wake_lease_until <= $1 or wake_lease_by = $2)";

    /// <summary>The statement for one participant.</summary>
    public static NpgsqlBatchCommand Select(ParticipantName name) => Statements.Sql(Find).With(name.Environment.Value).With(name.Id);

    /// <summary>Participants of an environment behind a key, by key.</summary>
    public static NpgsqlBatchCommand SelectAfter(EnvironmentKey environment, long afterKey, int limit) => Statements.Sql(
        """
        select key, environment, id, state, created_at, due_at from participants
        where environment = $1 and key > $2 and created_at is not null and left(id, 1) <> E'\x01' order by key limit $3
        """).With(environment.Value).With(afterKey).With(limit);

    public static ParticipantRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        new ParticipantName(new EnvironmentKey(reader.GetInt32(1)), reader.GetString(2)),
        StateDocument.Read(reader.Utf8(3)),
        reader.Time(4),
        reader.TimeOrNull(5));

    /// <summary>Takes back names that were made to be locked, and got no input: an erased participant's name must not come back by a call that is only retried.</summary>
    public static NpgsqlBatchCommand RemoveNames(IEnumerable<LoadedParticipant> participants) =>
        Statements.Sql("delete from participants where key = any ($1) and created_at is null").With(participants.Select(one => one.Key).ToArray());

    /// <summary>
    /// Keeps what participants with inputs are from now on, and when the others are due. The rows are locked, so that they are found where they stood
    /// (<paramref name="places"/>), without an index.
    /// </summary>
    public static IEnumerable<NpgsqlBatchCommand> Update(List<ParticipantWrite> changed, List<ParticipantWrite> onlyDue, IReadOnlyDictionary<long, string> places)
    {
        if (changed.Count > 0)
        {
            yield return Statements.Sql(
                """
                update participants p set created_at = u.created_at, rate_arrival = u.rate_arrival, due_at = u.due_at, state = u.state
                from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[]) u (key, created_at, rate_arrival, due_at, state, place)
                where p.ctid = u.place::tid and p.key = u.key
                """)
                .With(changed.Select(write => write.Before.Key).ToArray())
                .With(changed.Select(write => write.CreatedAt.UnixMicroseconds).ToArray())
                .With(changed.Select(write => write.RateArrival).ToArray())
                .With(changed.Select(write => write.DueAt?.UnixMicroseconds).ToArray())
                .WithTexts(changed.Select(write => (ReadOnlyMemory<byte>)StateDocument.Write(write.State)).ToArray())
                .With(changed.Select(write => places[write.Before.Key]).ToArray());
        }

        if (onlyDue.Count > 0)
        {
            yield return Statements.Sql(
                "update participants p set due_at = u.due_at from unnest($1::bigint[], $2::bigint[]) u (key, due_at) where p.key = u.key and p.created_at is not null")
                .With(onlyDue.Select(write => write.Before.Key).ToArray())
                .With(onlyDue.Select(write => write.DueAt?.UnixMicroseconds).ToArray());
        }
    }

    /// <summary>
    /// Gives those due to a node, earliest first, but for those that another one was given and for those whose rows a batch holds: it does what is due to them.
    /// No index has the lease, so that a claim stays on its page.
    /// </summary>
    public static NpgsqlBatchCommand ClaimDue(Timestamp now, Timestamp leaseUntil, Guid node, int limit) => Statements.Sql(
        $"""
        with due as materialized (
          select key from participants where due_at <= $1 and {Unclaimed} order by due_at, key limit $4 for no key update skip locked
        ), given as (
          update participants p set wake_lease_until = $3, wake_lease_by = $2 from due d where p.key = d.key returning p.environment, p.id, p.due_at, p.key
        )
        select environment, id, due_at from given order by due_at, key
        """).With(now.UnixMicroseconds).With(node).With(leaseUntil.UnixMicroseconds).With((long)limit);

    /// <summary>When the next one is due that is no other node's.</summary>
    public static NpgsqlBatchCommand SelectNextDue(Timestamp now, Guid node) => Statements.Sql(
        $"select due_at from participants where due_at is not null and {Unclaimed} order by due_at, key limit 1").With(now.UnixMicroseconds).With(node);

    public static DueParticipant ReadDue(NpgsqlDataReader reader) =>
        new(new ParticipantName(new EnvironmentKey(reader.GetInt32(0)), reader.GetString(1)), reader.Time(2));
}
