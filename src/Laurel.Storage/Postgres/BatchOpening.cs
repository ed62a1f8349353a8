using System.Collections.Frozen;
using System.Globalization;
using Laurel.Evaluation;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// An open batch: its connection, which holds the transaction, and what is needed to learn of its fate later. <paramref name="Places"/> are where its participants' rows
/// stand, which nobody can move while they are locked. <paramref name="New"/> are participants that were named to be locked, and may turn out not to be needed.
/// </summary>
internal sealed record OpenBatch(
    NpgsqlConnection Connection, ulong TransactionId, int ProcessId, IReadOnlyDictionary<long, string> Places, IReadOnlyList<LoadedParticipant> New);

/// <summary>The prefetch of a batch: one round trip.</summary>
internal static class BatchOpening
{
    // Whoever is missing is named in a transaction of its own, which ends at once and does not wait for the disk (a later commit takes it along): so nobody
    // waits for another batch's new participants, and all of them can be locked, by one statement, in one order. Such a row reads as unknown.
    private const string NameMissing =
        """
        with missing as materialized (
          select u.environment, u.id from unnest($1::int[], $2::text[]) u (environment, id)
          where not exists (select 1 from participants p where p.environment = u.environment and p.id = u.id collate "C")
        ), quiet as materialized (
          select set_config('synchronous_commit', 'off', true) as setting where exists (select 1 from missing)
        )
        insert into participants (environment, id) select m.environment, m.id from missing m cross join quiet order by m.environment, m.id collate "C"
        on conflict do nothing
        """;

    private const string LockText =
        """
        select u.place, p.key, p.created_at, p.rate_arrival, p.due_at, p.state, p.ctid::text
        from unnest($1::int[], $2::text[]) with ordinality u (environment, id, place)
        join participants p on p.environment = u.environment and p.id = u.id collate "C"
        order by p.key for no key update of p
        """;

    private const string FindAnswers =
        """
        select k.key_hash, l.answer, l.payload_hash from unnest($1::uuid[]) u (key_hash)
        join idempotency_keys k on k.key_hash = u.key_hash join log l on l.id = k.log_id
        """;

    // Its own statement behind the locks: at READ COMMITTED it sees every publish that has returned by then.
    private const string FindVersions =
        """
        select (select max(version) from programs where environment = u.environment), (select version from webhook_versions where environment = u.environment)
        from unnest($1::int[]) with ordinality u (environment, place) order by u.place
        """;

    /// <summary>Opens the transaction on <paramref name="connection"/> and loads. The caller rolls back when it throws.</summary>
    public static async Task<StoreBatch> RunAsync(NpgsqlConnection connection, NamedParticipants named, BatchRequest request, CancellationToken cancellationToken)
    {
        var unknown = request.Participants.Where(name => !named.Contains(name)).ToList();
        NpgsqlBatchCommand[] naming = [];
        if (unknown.Count > 0)
        {
            naming = [OfNames(NameMissing, unknown)];
            naming[0].AppendErrorBarrier = true;
        }

        await using var batch = connection.BatchOf(
            [.. naming,
            Statements.Sql("begin isolation level read committed"),
            OfNames(request.SkipsContended ? LockText + " skip locked" : LockText, request.Participants),
            Statements.Sql(FindAnswers).With(request.Keys.Select(key => key.Value.ToUuid()).ToArray()),
            Statements.Sql(FindVersions).With(request.Environments.Select(environment => environment.Value).ToArray()),
            Statements.Sql("select pg_current_xact_id()::text")]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var places = new Dictionary<long, string>(request.Participants.Count);
        var (participants, contended) = await ReadParticipantsAsync(reader, request, named, places, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var answers = await ReadAnswersAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var versions = await reader.RowsAsync(row => (IntOrZero(row, 0), IntOrZero(row, 1)), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new StoreBatch
        {
            Participants = participants,
            Contended = contended,
            Answers = answers,
            ProgramVersions = versions.ConvertAll(version => version.Item1),
            WebhookVersions = versions.ConvertAll(version => version.Item2),
            Transaction = new OpenBatch(
                connection, ulong.Parse(reader.GetString(0), CultureInfo.InvariantCulture), connection.ProcessID, places, [.. participants.Where(one => one.IsNew)]),
        };
    }

    private static NpgsqlBatchCommand OfNames(string sql, IReadOnlyList<ParticipantName> names) =>
        Statements.Sql(sql).With(names.Select(name => name.Environment.Value).ToArray()).With(names.Select(name => name.Id).ToArray());

    private static async Task<(List<LoadedParticipant> Participants, IReadOnlySet<ParticipantName> Contended)> ReadParticipantsAsync(
        NpgsqlDataReader reader, BatchRequest request, NamedParticipants named, Dictionary<long, string> places, CancellationToken cancellationToken)
    {
        var found = new LoadedParticipant?[request.Participants.Count];
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = (int)reader.GetInt64(0) - 1;
            found[place] = Read(reader, request.Participants[place]);
            places.Add(found[place]!.Key, reader.GetString(6));

            // A name that is there to be locked alone goes again where it turns out not to be needed.
            if (!found[place]!.IsNew)
            {
                named.Add(request.Participants[place]);
            }
        }

        if (!request.SkipsContended && Array.Exists(found, one => one is null))
        {
            // The next try names them again.
            request.Participants.Where((_, i) => found[i] is null).ToList().ForEach(named.Forget);
            throw new StoreException(StoreFault.Conflict, "A participant's row was removed.");
        }

        return (
            [.. found.OfType<LoadedParticipant>()],
            request.SkipsContended ? request.Participants.Where((_, i) => found[i] is null).ToHashSet() : FrozenSet<ParticipantName>.Empty);
    }

    private static LoadedParticipant Read(NpgsqlDataReader reader, ParticipantName name) => reader.TimeOrNull(2) is { } createdAt
        ? new LoadedParticipant(reader.GetInt64(1), name, StateDocument.Read(reader.Utf8(5)), reader.GetInt64(3), createdAt, IsNew: false, reader.TimeOrNull(4))
        : new LoadedParticipant(reader.GetInt64(1), name, ParticipantState.New, 0, default, IsNew: true, DueAt: null);

    private static async Task<Dictionary<KeyHash, StoredAnswer>> ReadAnswersAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<KeyHash, StoredAnswer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            answers.Add(new KeyHash(reader.GetGuid(0).ToNumber()), new StoredAnswer(reader.Utf8(1), reader.GetGuid(2).ToNumber()));
        }

        return answers;
    }

    private static int IntOrZero(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? 0 : reader.GetInt32(column);
}
