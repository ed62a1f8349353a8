using System.Text;
using CsCheck;
using Laurel.Badges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Tiers;

namespace Laurel.Storage.Tests;

/// <summary>Lists of participants, compared with a plain filter and sort of what was committed.</summary>
public abstract partial class StoreConformance
{
    // What patterns, case and bytes get wrong: wildcards, letters beyond ASCII, an astral one (which sorts elsewhere in UTF-16), a quote.
    private static readonly string[] Ids = ["ada", "ADA2", "b%", "b_", "bxx", "B\\x", "é1", "É2", "\uFF5E", "\U0001F984", "it's", "1", "10", "9"];
    private static readonly string?[] DisplayNames = [null, "Ada Lovelace", "love 100%", "a_b", "Zoë 🦄", "ZOË", "\"quoted\\\"", "İstanbul", ""];
    private static readonly string[] Searches = ["A", "ad", "LOVE", "%", "_", "\\", "b_", "é", "É", "ë", "🦄", "\"", "'", "1", "i", "\uFF5E", "nobody"];

    private static readonly Gen<ParticipantState> SomeListed =
        from name in OneOf(DisplayNames)
        from attributes in OneOf("{}", """{"display_name":"love","badges":[{"code":"b1"}],"n":1e308}""")
        from points in OneOf(0, 1, 5, 30, 9_007_199_254_740_993, long.MaxValue)
        from gems in OneOf(0L, 5, 40)
        from tier in OneOf(null, "bronze", "gold")
        from badges in OneOf<string[]>([], ["b1"], ["b1", "b2"], ["b2"])
        from events in OneOf(0L, 1, 2, 10)
        select new ParticipantState
        {
            TotalEvents = events,
            Profile = name is null && attributes == "{}" ? null : new Profile(name, null, Encoding.UTF8.GetBytes(attributes)),
            Balances = points == 0 ? [new Balance("gems", gems, gems, 0)] : [new Balance("gems", gems, gems, 0), new Balance("points", points / 2, points, points - (points / 2))],
            Tier = tier is null ? null : new TierHeld(tier, 1, new Timestamp(5), null, null),
            Badges = [.. badges.Select(code => new BadgeHeld(code, new Timestamp(6)))],
        };

    private static readonly Gen<ParticipantListQuery> SomeListQuery =
        from search in Gen.Frequency((2, Gen.Const((string?)null)), (3, OneOf<string?>(Searches)))
        from tier in Gen.Frequency((3, Gen.Const((string?)null)), (1, OneOf<string?>("bronze", "gold", "lead")))
        from badge in Gen.Frequency((3, Gen.Const((string?)null)), (1, OneOf<string?>("b1", "b2", "b")))
        from least in Gen.Frequency((3, Gen.Const((long?)null)), (1, OneOf<long?>(0, 1, 15, 4_503_599_627_370_496, long.MaxValue)))
        from currency in OneOf("points", "gems", "none")
        from order in Gen.Enum<ParticipantOrder>()
        from isDescending in Gen.Bool
        from page in OneOf(1, 1, 1, 2, 3, int.MaxValue)
        from size in OneOf(1, 4, 100)
        select new ParticipantListQuery(default, search, tier, badge, least, currency, order, isDescending, page, size);

    // On SQLite 5 inputs are folded at a time: some states stand in the tables, some beside them, and one participant has several of both.
    [Fact]
    public async Task Participants_are_listed_as_a_plain_filter_and_sort_lists_them()
    {
        await using var store = await OpenAsync(gatherInputs: 5);
        await Gen.Select(Gen.Select(OneOf(Ids), SomeListed, Gen.Long[0, 3]).Array[0, 5].Array[1, 8], SomeListQuery.Array[20]).SampleAsync(
            async (commits, queries) =>
            {
                var (journal, other) = (NewJournal(), NewJournal());
                var model = new Dictionary<string, ParticipantRow>();
                foreach (var changes in commits)
                {
                    await ChangeAsync(store, journal, model, changes);
                    await ChangeAsync(store, other, [], changes);
                }

                foreach (var query in queries)
                {
                    await SameListAsync(store, query with { Environment = journal.Environment }, model.Values);
                }
            },
            iter: 25,
            threads: 1);
    }

    [Fact]
    public async Task Erased_participants_and_names_without_an_input_are_in_no_list()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        await journal.CommitAsync(store, new Draft("gone", "e", 1, 0), new Draft("kept", "e", 1, 0));
        await store.AbandonAsync(await store.OpenBatchAsync(new BatchRequest([journal.Name("only asked for")], [], []), Stop));
        var everybody = new ParticipantListQuery(journal.Environment, null, null, null, null, "points", ParticipantOrder.ParticipantId, false, 1, 100);
        Assert.Equal(["gone", "kept"], IdsOf(await store.ListParticipantsAsync(everybody, Stop)));

        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("gone")], [], []), Stop);
        var (writes, _) = journal.Prepare(batch, [new Draft("gone", "erase", 2, 0) { Kind = InputKind.Command }]);
        writes.Erasures.Add(new Erasure(batch.Participants[0].Key, 2, writes.Log[0].EventId));
        await store.CommitAsync(batch, writes, Stop);

        var page = await store.ListParticipantsAsync(everybody, Stop);
        Assert.Equal((1, "kept"), (page.Total, Assert.Single(IdsOf(page))));

        static IEnumerable<string> IdsOf(ParticipantListPage page) => page.Participants.Select(row => row.Name.Id);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static async Task ChangeAsync(
        ILaurelStore store, Journal journal, Dictionary<string, ParticipantRow> model, IReadOnlyList<(string Id, ParticipantState State, long CreatedAt)> changes)
    {
        var latest = changes.GroupBy(change => change.Id).Select(group => group.Last()).ToList();
        var batch = await store.OpenBatchAsync(new BatchRequest([.. latest.Select(change => journal.Name(change.Id))], [], []), Stop);
        var (writes, _) = journal.Prepare(batch, [.. latest.Select(change => new Draft(change.Id, "e", 1, 0))]);
        for (var i = 0; i < latest.Count; i++)
        {
            var write = writes.Participants[i];
            var state = latest[i].State with { Seq = write.State.Seq, FactCounts = write.State.FactCounts };
            var createdAt = write.Before.IsNew ? new Timestamp(latest[i].CreatedAt) : write.CreatedAt;
            writes.Participants[i] = write with { State = state, CreatedAt = createdAt };
            model[latest[i].Id] = new ParticipantRow(write.Before.Key, write.Before.Name, state, createdAt, write.DueAt);
        }

        await store.CommitAsync(batch, writes, Stop);
    }

    private static async Task SameListAsync(ILaurelStore store, ParticipantListQuery query, IEnumerable<ParticipantRow> everybody)
    {
        var wanted = everybody.Where(row => IsWanted(row, query)).ToList();
        wanted.Sort((left, right) => Compare(left, right, query) is not 0 and var order ? order : left.Key.CompareTo(right.Key));
        if (query.IsDescending)
        {
            wanted.Reverse();
        }

        var page = await store.ListParticipantsAsync(query, Stop);

        Assert.Equal(wanted.Count, page.Total);
        Assert.Equal(
            wanted.Skip((int)Math.Min((query.Page - 1L) * query.PageSize, int.MaxValue)).Take(query.PageSize).Select(Shown), page.Participants.Select(Shown));
    }

    private static bool IsWanted(ParticipantRow row, ParticipantListQuery query) =>
        (query.Search is null || Lower(row.Name.Id).StartsWith(Lower(query.Search), StringComparison.Ordinal)
            || (row.State.Profile?.DisplayName is { } name && Lower(name).Contains(Lower(query.Search), StringComparison.Ordinal)))
        && (query.Tier is null || row.State.Tier?.Code == query.Tier)
        && (query.Badge is null || row.State.Badges.Any(badge => badge.Code == query.Badge))
        && (query.MinPoints is null || row.State.BalanceOf(query.Currency).Current >= query.MinPoints)
        && row.Name.Environment == query.Environment;

    private static int Compare(ParticipantRow left, ParticipantRow right, ParticipantListQuery query) => query.Order switch
    {
        ParticipantOrder.CreatedAt => left.CreatedAt.UnixMicroseconds.CompareTo(right.CreatedAt.UnixMicroseconds),
        ParticipantOrder.ParticipantId => Encoding.UTF8.GetBytes(left.Name.Id).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Name.Id)),
        ParticipantOrder.TotalEvents => left.State.TotalEvents.CompareTo(right.State.TotalEvents),
        ParticipantOrder.Balance => left.State.BalanceOf(query.Currency).Current.CompareTo(right.State.BalanceOf(query.Currency).Current),
        _ => left.State.BalanceOf(query.Currency).Earned.CompareTo(right.State.BalanceOf(query.Currency).Earned),
    };

    private static string Lower(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterUpper(letter) ? char.ToLowerInvariant(letter) : letter));

    private static string Shown(ParticipantRow row) => $"{row.Key} {row.Name} {row.CreatedAt} {row.DueAt} {Journal.Text(row.State)}";
}
