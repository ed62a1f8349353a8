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

    /// <summary>The statement for one participant.</summary>
    public static NpgsqlBatchCommand Select(ParticipantName name) => Statements.Sql(Find).With(name.Environment.Value).With(name.Id);

    /// <summary>Participants of an environment behind a key, by key.</summary>
    public static NpgsqlBatchCommand SelectAfter(EnvironmentKey environment, long afterKey, int limit) => Statements.Sql(
        """
        select key, environment, id, state, created_at, due_at from participants
        where environment = $1 and key > $2 and created_at is not null order by key limit $3
        """).With(environment.Value).With(afterKey).With(limit);

    public static ParticipantRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        new ParticipantName(new EnvironmentKey(reader.GetInt32(1)), reader.GetString(2)),
        StateDocument.Read(reader.Utf8(3)),
        reader.Time(4),
        reader.TimeOrNull(5));

    /// <summary>Keeps what participants with inputs are from now on, and when the others are due.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Update(List<ParticipantWrite> changed, List<ParticipantWrite> onlyDue)
    {
        if (changed.Count > 0)
        {
            yield return Statements.Sql(
                """
                update participants p set created_at = u.created_at, rate_arrival = u.rate_arrival, due_at = u.due_at, state = u.state
                from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]) u (key, created_at, rate_arrival, due_at, state)
                where p.key = u.key
                """)
                .With(changed.Select(write => write.Before.Key).ToArray())
                .With(changed.Select(write => write.CreatedAt.UnixMicroseconds).ToArray())
                .With(changed.Select(write => write.RateArrival).ToArray())
                .With(changed.Select(write => write.DueAt?.UnixMicroseconds).ToArray())
                .WithTexts(changed.Select(write => (ReadOnlyMemory<byte>)StateDocument.Write(write.State)).ToArray());
        }

        if (onlyDue.Count > 0)
        {
            yield return Statements.Sql(
                "update participants p set due_at = u.due_at from unnest($1::bigint[], $2::bigint[]) u (key, due_at) where p.key = u.key and p.created_at is not null")
                .With(onlyDue.Select(write => write.Before.Key).ToArray())
                .With(onlyDue.Select(write => write.DueAt?.UnixMicroseconds).ToArray());
        }
    }

    /// <summary>Those due, earliest first.</summary>
    public static NpgsqlBatchCommand SelectDue(Timestamp until, int limit) => Statements.Sql(
        "select environment, id, due_at from participants where due_at <= $1 order by due_at, key limit $2").With(until.UnixMicroseconds).With(limit);

    public static DueParticipant ReadDue(NpgsqlDataReader reader) =>
        new(new ParticipantName(new EnvironmentKey(reader.GetInt32(0)), reader.GetString(1)), reader.Time(2));
}
