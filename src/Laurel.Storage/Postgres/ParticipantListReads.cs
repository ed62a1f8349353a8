using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>
/// Lists of participants. They walk the environment: states are documents, and an index on what stands in them would be written with every event. Documents hold nothing
/// that <c>jsonb</c> refuses: U+0000, halves of surrogate pairs and numbers beyond its range are refused when they are sent. Parsing is most of the cost, so it is left out where nothing reads them.
/// </summary>
internal static class ParticipantListReads
{
    // Under the collation "C", lower changes A to Z alone, as it does in SQLite.
    private const string Wanted =
        """
        p.environment = $1 and p.created_at is not null and left(p.id, 1) <> E'\x01'
            and ($2 is null or starts_with(lower(p.id), lower($2 collate "C")) or strpos(lower((d.doc->'profile'->>'display_name') collate "C"), lower($2 collate "C")) > 0)
            and ($3 is null or d.doc->'tier'->>'code' = $3)
            and ($4 is null or d.doc->'badges' @> jsonb_build_array(jsonb_build_object('code', $4)))
            and ($5 is null or coalesce((select (b->>'current')::bigint from jsonb_array_elements(d.doc->'balances') b where b->>'currency' = $6), 0) >= $5)
        """;

    public static async Task<ParticipantListPage> ReadAsync(NpgsqlConnection connection, ParticipantListQuery query, CancellationToken cancellationToken)
    {
        var needsDocument = query is not { Search: null, Tier: null, Badge: null, MinPoints: null, Order: ParticipantOrder.CreatedAt or ParticipantOrder.ParticipantId };
        var select = Statements.Sql(Sql(needsDocument, Place(query.Order), query.IsDescending ? "desc" : "asc"))
            .With(query.Environment.Value).WithOrNull(query.Search).WithOrNull(query.Tier).WithOrNull(query.Badge).WithOrNull(query.MinPoints).With(query.Currency)
            .With(query.PageSize).With((query.Page - 1L) * query.PageSize);
        var rows = await connection.ReadAllAsync(
            select, row => (Total: row.GetInt64(6), Participant: row.IsDBNull(0) ? null : ParticipantTable.Read(row)), cancellationToken);
        return new ParticipantListPage([.. rows.Where(row => row.Participant is not null).Select(row => row.Participant!)], rows[0].Total);
    }

    // The count stands in every row, and alone in one where the page is empty: so the environment is walked once. Offset 0 keeps the document from being parsed again at
    // every place that reads it.
    private static string Sql(bool needsDocument, string place, string direction) =>
        $"""
        with listed as materialized (
          select p.key, {place} as place from participants p cross join lateral (select {(needsDocument ? "p.state" : "null")}::jsonb as doc offset 0) d
          where {Wanted}
        ),
        page as (select key, place from listed order by place {direction}, key {direction} limit $7 offset $8)
        select p.key, p.environment, p.id, p.state, p.created_at, p.due_at, n.total
        from (select count(*) as total from listed) n left join (page g join participants p on p.key = g.key) on true
        order by g.place {direction}, g.key {direction}
        """;

    private static string Place(ParticipantOrder order) => order switch
    {
        ParticipantOrder.CreatedAt => "p.created_at",
        ParticipantOrder.ParticipantId => "p.id",
        ParticipantOrder.Balance => Points("current"),
        ParticipantOrder.TotalEarned => Points("earned"),
        ParticipantOrder.TotalEvents => "(d.doc->>'total_events')::bigint",
        _ => throw new InvalidOperationException($"Unknown order {order}."),
    };

    private static string Points(string member) =>
        $"coalesce((select (b->>'{member}')::bigint from jsonb_array_elements(d.doc->'balances') b where b->>'currency' = $6), 0)";
}
