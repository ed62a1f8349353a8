using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Storage.Sqlite;

/// <summary>
/// Lists of participants. They walk the environment: states are documents, and an index on what stands in them would be written with every event. States that are
/// not folded yet are read from <c>recent_states</c> in the same transaction, so that the tail need not be copied.
/// </summary>
internal static class ParticipantListReads
{
    // What a participant is: rows of recent_states outlive their fold, the newest one last.
    private const string State = "coalesce((select s.state from recent_states s where s.log_id = r.log_id), p.state)";

    // Filters are in every statement, so that a connection keeps ten and not hundreds. What stands behind "is null" costs nothing then.
    private const string Wanted =
        $"""
        p.environment = ?1 and unicode(p.id) <> 1
            and (?2 is null or substr(lower(p.id), 1, length(?2)) = lower(?2) or instr(lower(json_extract({State}, '$.profile.display_name')), lower(?2)) > 0)
            and (?3 is null or json_extract({State}, '$.tier.code') = ?3)
            and (?4 is null or exists (select 1 from json_each({State}, '$.badges') b where json_extract(b.value, '$.code') = ?4))
            and (?5 is null or coalesce((select json_extract(b.value, '$.current') from json_each({State}, '$.balances') b where json_extract(b.value, '$.currency') = ?6), 0) >= ?5)
        """;

    public static ParticipantListPage Read(Connection connection, ParticipantListQuery query)
    {
        var select = connection.Prepare(Sql(Place(query.Order), query.IsDescending ? "desc" : "asc"))
            .Bind(1, query.Environment.Value).Bind(2, query.Search).Bind(3, query.Tier).Bind(4, query.Badge).Bind(5, query.MinPoints).Bind(6, query.Currency)
            .Bind(7, query.PageSize).Bind(8, (query.Page - 1L) * query.PageSize);
        var rows = new List<ParticipantRow>();
        var total = 0L;
        while (select.Step())
        {
            total = select.Long(0);
            if (!select.IsNull(1))
            {
                rows.Add(new ParticipantRow(
                    select.Long(1),
                    new ParticipantName(query.Environment, select.Text(2)),
                    StateDocument.Read(select.Bytes(4)),
                    new Timestamp(select.Long(3)),
                    select.LongOrNull(5) is { } dueAt ? new Timestamp(dueAt) : null));
            }
        }

        select.Reset();
        return new ParticipantListPage(rows, total);
    }

    // The count stands in every row, and alone in one where the page is empty: so the environment is walked once.
    private static string Sql(string place, string direction) =>
        $"""
        with recent (key, log_id) as materialized (select participant_key, max(log_id) from recent_states group by participant_key),
        listed as materialized (
          select p.key, r.log_id, {place} as place from participants p indexed by participants_by_environment left join recent r on r.key = p.key
          where {Wanted}
        ),
        page as materialized (select key, log_id, place from listed order by place {direction}, key {direction} limit ?7 offset ?8)
        select n.total, r.key, p.id, p.created_at, {State}, (select due_at from wakes where participant_key = r.key)
        from (select count(*) as total from listed) n left join page r on true left join participants p on p.key = r.key
        order by r.place {direction}, r.key {direction}
        """;

    private static string Place(ParticipantOrder order) => order switch
    {
        ParticipantOrder.CreatedAt => "p.created_at",
        ParticipantOrder.ParticipantId => "p.id",
        ParticipantOrder.Balance => Points("current"),
        ParticipantOrder.TotalEarned => Points("earned"),
        ParticipantOrder.TotalEvents => $"json_extract({State}, '$.total_events')",
        _ => throw new InvalidOperationException($"Unknown order {order}."),
    };

    private static string Points(string member) =>
        $"coalesce((select json_extract(b.value, '$.{member}') from json_each({State}, '$.balances') b where json_extract(b.value, '$.currency') = ?6), 0)";
}
