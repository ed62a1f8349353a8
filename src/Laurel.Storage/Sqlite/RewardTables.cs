using Laurel.Tenants;

namespace Laurel.Storage.Sqlite;

/// <summary>Rows of <c>reward_stocks</c> and <c>reward_codes</c>. Whoever writes holds the only write transaction, so that what was read within it still holds.</summary>
internal static class RewardTables
{
    /// <summary>What there is of each reward, as of the open transaction.</summary>
    public static RewardSupply[] Supplies(Connection connection, IReadOnlyList<RewardDemand> demands)
    {
        var supplies = new RewardSupply[demands.Count];
        for (var i = 0; i < supplies.Length; i++)
        {
            var (reward, codes) = demands[i];
            supplies[i] = new RewardSupply(reward, Issued(connection, reward), FreeCodes(connection, reward, codes));
        }

        return supplies;
    }

    /// <summary>Counts what was granted and marks its codes as taken, within the open transaction.</summary>
    public static void Write(Connection connection, List<RewardIssue> issues)
    {
        foreach (var issue in issues)
        {
            Count(connection, issue);
            if (issue.Code is { } code)
            {
                Take(connection, issue, code);
            }
        }
    }

    /// <summary>Adds codes to a pool and answers how many were new.</summary>
    public static int AddCodes(Connection connection, RewardName reward, IReadOnlyList<string> codes)
    {
        var insert = connection.Prepare("insert into reward_codes (environment, reward, value) values (?1, ?2, ?3) on conflict do nothing");
        var added = 0;
        foreach (var code in codes)
        {
            insert.Bind(1, reward.Environment.Value).Bind(2, reward.Code).Bind(3, code).Run();
            added += connection.Changes;
        }

        connection.Prepare(
            """
            insert into reward_stocks (environment, reward, codes_total, codes_free) values (?1, ?2, ?3, ?3)
            on conflict do update set codes_total = codes_total + excluded.codes_total, codes_free = codes_free + excluded.codes_free
            """).Bind(1, reward.Environment.Value).Bind(2, reward.Code).Bind(3, added).Run();
        return added;
    }

    /// <summary>Stocks of all rewards that were ever granted or given codes.</summary>
    public static Dictionary<string, RewardStock> Stocks(Connection connection, EnvironmentKey environment)
    {
        var select = connection.Prepare("select reward, issued, codes_total, codes_free from reward_stocks where environment = ?1").Bind(1, environment.Value);
        var stocks = new Dictionary<string, RewardStock>(StringComparer.Ordinal);
        while (select.Step())
        {
            stocks.Add(select.Text(0), new RewardStock(select.Long(1), select.Long(2), select.Long(3)));
        }

        select.Reset();
        return stocks;
    }

    private static long Issued(Connection connection, RewardName reward)
    {
        var select = connection.Prepare("select issued from reward_stocks where environment = ?1 and reward = ?2")
            .Bind(1, reward.Environment.Value).Bind(2, reward.Code);
        var issued = select.Step() ? select.Long(0) : 0;
        select.Reset();
        return issued;
    }

    private static List<RewardCode> FreeCodes(Connection connection, RewardName reward, int limit)
    {
        var codes = new List<RewardCode>();
        if (limit == 0)
        {
            return codes;
        }

        // The index ends with the id, so that codes come out by age.
        var select = connection.Prepare(
            """
            select id, value from reward_codes indexed by free_reward_codes
            where environment = ?1 and reward = ?2 and fact_id is null order by id limit ?3
            """).Bind(1, reward.Environment.Value).Bind(2, reward.Code).Bind(3, limit);
        while (select.Step())
        {
            codes.Add(new RewardCode(select.Long(0), select.Text(1)));
        }

        select.Reset();
        return codes;
    }

    private static void Count(Connection connection, RewardIssue issue) =>
        connection.Prepare(
            """
            insert into reward_stocks (environment, reward, issued) values (?1, ?2, 1)
            on conflict do update set issued = issued + 1, codes_free = codes_free - ?3
            """).Bind(1, issue.Reward.Environment.Value).Bind(2, issue.Reward.Code).Bind(3, issue.Code is null ? 0 : 1).Run();

    private static void Take(Connection connection, RewardIssue issue, RewardCode code)
    {
        Span<byte> factId = stackalloc byte[16];
        issue.FactId.Value.TryWriteBytes(factId);
        connection.Prepare(
            """
            update reward_codes set participant_key = ?4, fact_id = ?5, issued_at = ?6
            where id = ?1 and environment = ?2 and reward = ?3 and fact_id is null
            """).Bind(1, code.Id).Bind(2, issue.Reward.Environment.Value).Bind(3, issue.Reward.Code)
            .Bind(4, issue.ParticipantKey).BindBlob(5, factId).Bind(6, issue.At.UnixMicroseconds).Run();
        if (connection.Changes != 1)
        {
            throw new StoreException(StoreFault.Refused, $"Code {code.Id} of the reward {issue.Reward.Code} is taken, or is none of its codes.");
        }
    }
}
