using Laurel.Tenants;
using Npgsql;

namespace Laurel.Storage.Postgres;

/// <summary>Rows of <c>reward_stocks</c> and <c>reward_codes</c>. Whoever touches a reward's codes holds the row of its stock.</summary>
internal static class RewardTables
{
    // A reward never granted has no row to lock, so one is made: with nothing in it, it reads as absent.
    private const string NameMissing =
        """
        insert into reward_stocks (environment, reward)
        select u.environment, u.reward from unnest($1::int[], $2::text[]) with ordinality u (environment, reward, place)
        where not exists (select 1 from reward_stocks s where s.environment = u.environment and s.reward = u.reward collate "C") order by u.place
        on conflict do nothing
        """;

    private const string Lock =
        """
        select s.issued from unnest($1::int[], $2::text[]) with ordinality u (environment, reward, place)
        join reward_stocks s on s.environment = u.environment and s.reward = u.reward collate "C"
        order by u.place for no key update of s
        """;

    private const string FreeCodes =
        """
        select u.place, c.id, c.value from unnest($1::int[], $2::text[], $3::int[]) with ordinality u (environment, reward, codes, place)
        cross join lateral (
          select id, value from reward_codes where environment = u.environment and reward = u.reward collate "C" and fact_id is null order by id limit u.codes) c
        order by u.place, c.id
        """;

    /// <summary>Locks rewards in their order and answers what there is of them: one round trip, the codes in a statement behind the locks.</summary>
    public static async Task<RewardSupply[]> LockAsync(NpgsqlConnection connection, IReadOnlyList<RewardDemand> demands, CancellationToken cancellationToken)
    {
        var environments = demands.Select(demand => demand.Reward.Environment.Value).ToArray();
        var rewards = demands.Select(demand => demand.Reward.Code).ToArray();
        await using var batch = connection.BatchOf(
            Statements.Sql(NameMissing).With(environments).With(rewards),
            Statements.Sql(Lock).With(environments).With(rewards),
            Statements.Sql(FreeCodes).With(environments).With(rewards).With(demands.Select(demand => demand.Codes).ToArray()));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var issued = await reader.RowsAsync(row => row.GetInt64(0), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var codes = demands.Select(_ => new List<RewardCode>()).ToArray();
        while (await reader.ReadAsync(cancellationToken))
        {
            codes[reader.GetInt64(0) - 1].Add(new RewardCode(reader.GetInt64(1), reader.GetString(2)));
        }

        return [.. demands.Select((demand, i) => new RewardSupply(demand.Reward, issued[i], codes[i]))];
    }

    /// <summary>Counts what was granted, and marks its codes as taken. Each statement must change as many rows as it was given, or nothing may be kept.</summary>
    public static IEnumerable<(NpgsqlBatchCommand Statement, int Rows)> Update(List<RewardIssue> issues)
    {
        var byReward = issues.GroupBy(issue => issue.Reward).ToLookup(reward => reward.Any(issue => issue.Code is not null));
        List<IGrouping<RewardName, RewardIssue>> counted = [.. byReward[false].OrderBy(reward => reward.Key.Environment.Value).ThenBy(reward => reward.Key.Code, StringComparer.Ordinal)];
        if (counted.Count > 0)
        {
            // A reward without limit is granted without having been asked for, so that its row may be missing.
            yield return (
                Statements.Sql(
                    """
                    insert into reward_stocks as s (environment, reward, issued) select u.environment, u.reward, u.issued
                    from unnest($1::int[], $2::text[], $3::bigint[]) with ordinality u (environment, reward, issued, place) order by u.place
                    on conflict (environment, reward) do update set issued = s.issued + excluded.issued
                    """)
                    .With(counted.Select(reward => reward.Key.Environment.Value).ToArray()).With(counted.Select(reward => reward.Key.Code).ToArray())
                    .With(counted.Select(reward => reward.LongCount()).ToArray()),
                counted.Count);
        }

        List<IGrouping<RewardName, RewardIssue>> rewards = [.. byReward[true]];
        if (rewards.Count > 0)
        {
            yield return (
                Statements.Sql(
                    """
                    update reward_stocks s set issued = s.issued + u.issued, codes_free = s.codes_free - u.codes
                    from unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[]) u (environment, reward, issued, codes)
                    where s.environment = u.environment and s.reward = u.reward collate "C"
                    """)
                    .With(rewards.Select(reward => reward.Key.Environment.Value).ToArray()).With(rewards.Select(reward => reward.Key.Code).ToArray())
                    .With(rewards.Select(reward => reward.LongCount()).ToArray())
                    .With(rewards.Select(reward => reward.LongCount(issue => issue.Code is not null)).ToArray()),
                rewards.Count);
        }

        var taken = issues.Where(issue => issue.Code is not null).ToList();
        if (taken.Count > 0)
        {
            yield return (
                Statements.Sql(
                    """
                    update reward_codes c set participant_key = u.participant_key, fact_id = u.fact_id, issued_at = u.issued_at
                    from unnest($1::bigint[], $2::int[], $3::text[], $4::bigint[], $5::uuid[], $6::bigint[]) u (id, environment, reward, participant_key, fact_id, issued_at)
                    where c.id = u.id and c.environment = u.environment and c.reward = u.reward collate "C" and c.fact_id is null
                    """)
                    .With(taken.Select(issue => issue.Code!.Value.Id).ToArray())
                    .With(taken.Select(issue => issue.Reward.Environment.Value).ToArray()).With(taken.Select(issue => issue.Reward.Code).ToArray())
                    .With(taken.Select(issue => issue.ParticipantKey).ToArray()).With(taken.Select(issue => issue.FactId.ToUuid()).ToArray())
                    .With(taken.Select(issue => issue.At.UnixMicroseconds).ToArray()),
                taken.Count);
        }
    }

    /// <summary>Adds codes to a pool, within the open transaction, and answers how many were new.</summary>
    public static async Task<int> AddCodesAsync(NpgsqlConnection connection, RewardName reward, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        // The stock's row first, as batches do: so two that add the same codes in other orders wait for each other here, not in a circle.
        await LockAsync(connection, [new RewardDemand(reward, 0)], cancellationToken);
        var added = await connection.RunAsync(
            Statements.Sql(
                """
                insert into reward_codes (environment, reward, value)
                select $1, $2, u.value from unnest($3::text[]) with ordinality u (value, place) order by u.place on conflict do nothing
                """).With(reward.Environment.Value).With(reward.Code).With(codes.ToArray()),
            cancellationToken);
        await connection.RunAsync(
            Statements.Sql("update reward_stocks set codes_total = codes_total + $3, codes_free = codes_free + $3 where environment = $1 and reward = $2")
                .With(reward.Environment.Value).With(reward.Code).With((long)added),
            cancellationToken);
        return added;
    }

    /// <summary>Stocks of all rewards that were ever granted or given codes.</summary>
    public static async Task<IReadOnlyDictionary<string, RewardStock>> StocksAsync(
        NpgsqlConnection connection, EnvironmentKey environment, CancellationToken cancellationToken)
    {
        var select = Statements.Sql(
            "select reward, issued, codes_total, codes_free from reward_stocks where environment = $1 and (issued > 0 or codes_total > 0)").With(environment.Value);
        var rows = await connection.ReadAllAsync(
            select, row => (Code: row.GetString(0), Stock: new RewardStock(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))), cancellationToken);
        return rows.ToDictionary(row => row.Code, row => row.Stock, StringComparer.Ordinal);
    }
}
