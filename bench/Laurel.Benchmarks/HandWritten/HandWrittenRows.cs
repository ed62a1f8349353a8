using SQLitePCL;

namespace Laurel.Benchmarks.HandWritten;

/// <summary>
/// Laurel's rows, written the plain way: each one where it belongs, at once. A look-up of the idempotency key, a row of the log, its key, its history entry and
/// the participant's new state. Texts are as long as those that Laurel writes for the bench's event.
/// </summary>
internal sealed class HandWrittenRows
{
    // Lengths of what Laurel stores for the event of the other layers.
    private const int PropertiesBytes = 56;
    private const int FactsBytes = 330;
    private const int AnswerBytes = 650;
    private const int StateBytes = 190;

    private readonly Database _database;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _commit;
    private readonly sqlite3_stmt _findKey;
    private readonly sqlite3_stmt _findParticipant;
    private readonly sqlite3_stmt _insertParticipant;
    private readonly sqlite3_stmt _updateParticipant;
    private readonly sqlite3_stmt _insertLog;
    private readonly sqlite3_stmt _insertKey;
    private readonly sqlite3_stmt _insertHistory;
    private readonly Random _random = new();
    private readonly long[] _keys;
    private readonly long[] _seqs;
    private readonly byte[][] _names;
    private readonly HashSet<int> _changed = [];
    private readonly byte[] _properties = Filled(PropertiesBytes);
    private readonly byte[] _facts = Filled(FactsBytes);
    private readonly byte[] _answer = Filled(AnswerBytes);
    private readonly byte[] _state = Filled(StateBytes);
    private long _clock = 1_767_225_600_000_000;
    private long _lastKey;
    private long _lastLogId;

    public HandWrittenRows(Database database, int participants)
    {
        _database = database;
        _keys = new long[participants];
        _seqs = new long[participants];
        _names = [.. Enumerable.Range(1, participants).Select(number => System.Text.Encoding.UTF8.GetBytes($"user_{number}"))];
        _begin = database.Prepare("begin immediate");
        _commit = database.Prepare("commit");
        _findKey = database.Prepare("select log_id from idempotency_keys where key_hash = ?1");
        _findParticipant = database.Prepare("select key from participants where environment = 2 and id = ?1");
        _insertParticipant = database.Prepare("insert into participants (key, environment, id, created_at, rate_arrival, state) values (?1, 2, ?2, ?3, ?3, ?4)");
        _updateParticipant = database.Prepare("update participants set rate_arrival = ?2, state = ?3 where key = ?1");
        _insertLog = database.Prepare(
            """
            insert into log (id, participant_key, seq, event_id, event_name, name_hash, occurred_at, received_at, program_version, engine_version,
              key_hash, payload_hash, properties, facts, fact_mask, fact_count, answer, kind)
            values (?1, ?2, ?3, ?4, 'purchase_completed', 81985529216486895, ?5, ?5, 1, 1, ?6, ?7, ?8, ?9, 3, 4, ?10, 0)
            """);
        _insertKey = database.Prepare("insert into idempotency_keys (key_hash, log_id) values (?1, ?2)");
        _insertHistory = database.Prepare(
            "insert into history (participant_key, occurred_at, seq, name_hash, fact_mask, fact_count, log_id) values (?1, ?2, ?3, 81985529216486895, 3, 4, ?4)");
    }

    /// <summary>One commit of <paramref name="events"/> events of random participants with random keys.</summary>
    public void WriteCommit(int events)
    {
        _database.Run(_begin);
        Span<byte> hashes = stackalloc byte[48];
        for (var i = 0; i < events; i++)
        {
            _random.NextBytes(hashes);
            WriteEvent(_random.Next(_keys.Length), hashes);
        }

        // In the order of their keys: neighbours share a page.
        foreach (var participant in _changed.OrderBy(participant => _keys[participant]))
        {
            raw.sqlite3_bind_int64(_updateParticipant, 1, _keys[participant]);
            raw.sqlite3_bind_int64(_updateParticipant, 2, _clock);
            raw.sqlite3_bind_text(_updateParticipant, 3, _state);
            _database.Run(_updateParticipant);
        }

        _changed.Clear();
        _database.Run(_commit);
    }

    private void WriteEvent(int participant, ReadOnlySpan<byte> hashes)
    {
        raw.sqlite3_bind_blob(_findKey, 1, hashes[..16]);
        if (_database.Finds(_findKey))
        {
            throw new BenchFailedException("A random key came twice.");
        }

        if (_keys[participant] == 0)
        {
            Create(participant);
        }
        else
        {
            _changed.Add(participant);
        }

        var logId = ++_lastLogId;
        var key = _keys[participant];
        var seq = ++_seqs[participant];
        _clock += 41;
        raw.sqlite3_bind_int64(_insertLog, 1, logId);
        raw.sqlite3_bind_int64(_insertLog, 2, key);
        raw.sqlite3_bind_int64(_insertLog, 3, seq);
        raw.sqlite3_bind_blob(_insertLog, 4, hashes[16..32]);
        raw.sqlite3_bind_int64(_insertLog, 5, _clock);
        raw.sqlite3_bind_blob(_insertLog, 6, hashes[..16]);
        raw.sqlite3_bind_blob(_insertLog, 7, hashes[32..]);
        raw.sqlite3_bind_text(_insertLog, 8, _properties);
        raw.sqlite3_bind_text(_insertLog, 9, _facts);
        raw.sqlite3_bind_text(_insertLog, 10, _answer);
        _database.Run(_insertLog);

        raw.sqlite3_bind_blob(_insertKey, 1, hashes[..16]);
        raw.sqlite3_bind_int64(_insertKey, 2, logId);
        _database.Run(_insertKey);

        raw.sqlite3_bind_int64(_insertHistory, 1, key);
        raw.sqlite3_bind_int64(_insertHistory, 2, _clock);
        raw.sqlite3_bind_int64(_insertHistory, 3, seq);
        raw.sqlite3_bind_int64(_insertHistory, 4, logId);
        _database.Run(_insertHistory);
    }

    private void Create(int participant)
    {
        raw.sqlite3_bind_text(_findParticipant, 1, _names[participant]);
        if (_database.Finds(_findParticipant))
        {
            throw new BenchFailedException("A participant was there before its first event.");
        }

        _keys[participant] = ++_lastKey;
        raw.sqlite3_bind_int64(_insertParticipant, 1, _lastKey);
        raw.sqlite3_bind_text(_insertParticipant, 2, _names[participant]);
        raw.sqlite3_bind_int64(_insertParticipant, 3, _clock);
        raw.sqlite3_bind_text(_insertParticipant, 4, _state);
        _database.Run(_insertParticipant);
    }

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill((byte)'x');
        return bytes;
    }
}
