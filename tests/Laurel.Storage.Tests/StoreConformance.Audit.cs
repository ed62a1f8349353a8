using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>The audit log keeps what it is given, each environment's apart from all others and from the operators'.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task The_audit_log_is_read_newest_first_by_environment_actor_and_time()
    {
        await using var store = await OpenAsync();
        var (one, other) = (EnvironmentKey.Of(1, live: false), EnvironmentKey.Of(1, live: true));
        AuditEntry[] entries =
        [
            SomeEntry(one, 10, "k1"), SomeEntry(one, 20, "k2"), SomeEntry(other, 20, "k1"), SomeEntry(null, 30, "op"), SomeEntry(one, 20, "k1"), SomeEntry(one, 40, "k1"),
        ];
        foreach (var entry in entries)
        {
            await store.WriteAuditAsync(entry, Stop);
        }

        await SamePageAsync(store, new AuditQuery(one, null, null, null, 1, 10), 4, entries[5], entries[4], entries[1], entries[0]);
        await SamePageAsync(store, new AuditQuery(one, null, null, null, 2, 3), 4, entries[0]);
        await SamePageAsync(store, new AuditQuery(one, null, null, null, int.MaxValue, 100), 4);
        await SamePageAsync(store, new AuditQuery(other, null, null, null, 1, 10), 1, entries[2]);
        await SamePageAsync(store, new AuditQuery(null, null, null, null, 1, 10), 1, entries[3]);
        await SamePageAsync(store, new AuditQuery(one, "k2", null, null, 1, 10), 1, entries[1]);
        await SamePageAsync(store, new AuditQuery(one, "name of k1", null, null, 1, 10), 3, entries[5], entries[4], entries[0]);
        await SamePageAsync(store, new AuditQuery(one, "k", null, null, 1, 10), 0);
        await SamePageAsync(store, new AuditQuery(one, null, new Timestamp(20), new Timestamp(20), 1, 10), 2, entries[4], entries[1]);
        await SamePageAsync(store, new AuditQuery(one, "k1", new Timestamp(21), null, 1, 10), 1, entries[5]);
        await SamePageAsync(store, new AuditQuery(EnvironmentKey.Of(2, live: false), null, null, null, 1, 10), 0);
    }

    [Fact]
    public async Task Old_entries_of_the_audit_log_go_a_slice_at_a_time()
    {
        await using var store = await OpenAsync();
        for (var at = 1; at <= 5; at++)
        {
            await store.WriteAuditAsync(SomeEntry(null, at, "op"), Stop);
        }

        Assert.Equal(0, await store.PurgeAuditAsync(new Timestamp(1), 10, Stop));
        Assert.Equal(2, await store.PurgeAuditAsync(new Timestamp(4), 2, Stop));
        Assert.Equal(1, await store.PurgeAuditAsync(new Timestamp(4), 2, Stop));
        Assert.Equal(0, await store.PurgeAuditAsync(new Timestamp(4), 2, Stop));

        await SamePageAsync(store, new AuditQuery(null, null, null, null, 1, 10), 2, SomeEntry(null, 5, "op"), SomeEntry(null, 4, "op"));
    }

    private static AuditEntry SomeEntry(EnvironmentKey? environment, long at, string keyId) =>
        new(environment, new Timestamp(at), keyId, $"name of {keyId}", "bq_test_0000", "PUT", "/a/{code}", "/a/ü%2F", 200, "trace");

    private static async Task SamePageAsync(ILaurelStore store, AuditQuery query, long total, params AuditEntry[] expected)
    {
        var page = await store.ReadAuditAsync(query, Stop);
        Assert.Equal(expected, page.Entries);
        Assert.Equal(total, page.Total);
    }
}
