using System.Text;
using CsCheck;
using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.Storage.Tests;

/// <summary>A store leaves as records and is the same where they enter.</summary>
public abstract partial class StoreConformance
{
    /// <summary>Opens a new store, empty, beside the test's own.</summary>
    private protected abstract Task<ILaurelStore> OpenOtherAsync();

    [Fact]
    public async Task What_was_exported_is_imported_byte_for_byte_and_goes_on_from_there()
    {
        await using var store = await OpenAsync();
        var journals = new List<Journal>();
        await SomeDrafts.Array[4, 20].SampleAsync(
            async batches =>
            {
                var journal = NewJournal();
                journals.Add(journal);
                foreach (var drafts in batches)
                {
                    await journal.CommitAsync(store, drafts);
                }

                var lines = await ExportAsync(store);
                await using var other = await OpenOtherAsync();
                await ImportAsync(other, lines);
                Assert.Equal(Text(lines), Text(await ExportAsync(other)));
                foreach (var one in journals)
                {
                    await Comparison.SameAsync(other, one);
                }

                Assert.Empty(await BrokenAsync(other));
            },
            iter: 6,
            threads: 1);

        await using var last = await OpenOtherAsync();
        await ImportAsync(last, await ExportAsync(store));
        foreach (var one in journals)
        {
            await one.CommitAsync(last, new Draft("p0", "buy", 3, 2), new Draft("never seen", "buy", 3, 1));
            await Comparison.SameAsync(last, one);
        }
    }

    [Fact]
    public async Task Inputs_received_before_those_in_front_of_them_are_found_by_id_after_an_import()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        for (var i = 0; i < 30; i++)
        {
            await journal.CommitAsync(store, new Draft($"p{i % 3}", "buy", i, 1) { ClockStep = i % 7 == 6 ? -400_000 : 0 });
        }

        await using var other = await OpenOtherAsync();
        await ImportAsync(other, await ExportAsync(store));
        await Comparison.SameAsync(other, journal);
    }

    [Fact]
    public async Task Everything_that_is_no_participants_goes_along()
    {
        await using var store = await OpenAsync();
        var journal = await FillAsync(store);
        var lines = await ExportAsync(store);
        var text = Text(lines);
        Assert.All(
            ["tenant", "api_key", "program", "webhook_version", "webhook_endpoint", "webhook_note", "reward_stock", "reward_code", "participant", "part", "input", "webhook_attempt", "audit"],
            type => Assert.Contains($"{{\"type\":\"{type}\"", text, StringComparison.Ordinal));

        await using var other = await OpenOtherAsync();
        await ImportAsync(other, lines);

        Assert.Equal(text, Text(await ExportAsync(other)));
        await Comparison.SameAsync(other, journal);
        var environment = journal.Environment;
        Assert.Equal(
            Encoding.UTF8.GetString((await store.ReadProgramAsync(environment, 1, Stop))!.Document.Span),
            Encoding.UTF8.GetString((await other.ReadProgramAsync(environment, 1, Stop))!.Document.Span));
        Assert.Equal(await store.ReadUnsweptAsync(Stop), await other.ReadUnsweptAsync(Stop));
        Assert.Equal(await store.ReadRewardStocksAsync(environment, Stop), await other.ReadRewardStocksAsync(environment, Stop));
        Assert.Equal("c", Assert.Single(await ClaimAsync(other, journal.Name("p"), new RewardName(environment, "coupon"), codes: 1)).Value);
        Assert.Equal(1, await other.Webhooks.SpreadOutboxAsync(10, Stop));
        var dead = Assert.Single((await other.Webhooks.ReadDeadLettersAsync(1, 1, 10, Stop)).Letters);
        Assert.Equal((1L, 0), (dead.Input.Seq, dead.Place));
    }

    [Fact]
    public async Task A_store_that_holds_anything_takes_no_import_and_stays_as_it_was()
    {
        await using var store = await OpenAsync();
        await NewJournal().CommitAsync(store, new Draft("p", "buy", 1, 1));
        var lines = await ExportAsync(store);
        await using var other = await OpenOtherAsync();
        await other.ChangeTenancyAsync(_ => new Tenancy([SomeTenant()], []), Stop);
        var before = Text(await ExportAsync(other));

        var failure = await Assert.ThrowsAsync<StoreException>(() => ImportAsync(other, lines));

        Assert.Equal(StoreFault.Misconfigured, failure.Fault);
        Assert.Contains("not empty", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Text(await ExportAsync(other)));
    }

    [Fact]
    public async Task An_export_that_was_cut_or_changed_leaves_the_store_empty()
    {
        await using var store = await OpenAsync();
        await FillAsync(store);
        var lines = await ExportAsync(store);
        await using var other = await OpenOtherAsync();
        var empty = Text(await ExportAsync(other));

        await Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Int[0, 7], Gen.Bool).SampleAsync(
            async (place, bit, isCut) =>
            {
                var damaged = isCut ? lines[..place] : [.. lines];
                if (!isCut)
                {
                    damaged[place] ^= (byte)(1 << bit);
                }

                var failure = await Assert.ThrowsAnyAsync<Exception>(() => ImportAsync(other, damaged));
                Assert.True(failure is ExportFaultException or StoreException { Fault: StoreFault.Refused }, failure.ToString());
            },
            iter: 300,
            threads: 1);

        Assert.Equal(empty, Text(await ExportAsync(other)));
        await ImportAsync(other, lines);
        Assert.Equal(Text(lines), Text(await ExportAsync(other)));
    }

    [Fact]
    public async Task What_is_no_export_is_refused_with_the_line()
    {
        await using var other = await OpenOtherAsync();
        var whole = Text(await ExportAsync(other));
        Assert.Contains("is empty", await RefusalAsync(""), StringComparison.Ordinal);
        Assert.Contains("Line 1", await RefusalAsync("hello\n"), StringComparison.Ordinal);
        Assert.Contains("Line 1", await RefusalAsync("{}\n"), StringComparison.Ordinal);
        Assert.Contains("newer Laurel", await RefusalAsync(whole.Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Line 2", await RefusalAsync(whole.Replace("{\"type\":\"end\"", "{\"type\":\"spell\"}\n{\"type\":\"end\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Line 3", await RefusalAsync(whole + "\n"), StringComparison.Ordinal);
        Assert.Contains("Line 2", await RefusalAsync(whole.Replace("{\"type\":\"end\"", "{\"type\":\"tenant\",\"key\":\"x\"}\n{\"type\":\"end\"", StringComparison.Ordinal)), StringComparison.Ordinal);

        async Task<string> RefusalAsync(string text) =>
            (await Assert.ThrowsAsync<ExportFaultException>(() => ImportAsync(other, Encoding.UTF8.GetBytes(text)))).Message;
    }

    [Fact]
    public async Task A_snapshot_gives_each_participant_with_its_parts_and_its_log()
    {
        await using var store = await OpenAsync();
        var journal = NewJournal();
        for (var i = 0; i < 60; i++)
        {
            await journal.CommitAsync(store, new Draft($"p{i % 11}", "buy", 100 - i, i % 3), new Draft($"p{i % 5}", "login", i, 1));
        }

        await using var snapshot = await store.Transfer.OpenSnapshotAsync(Stop);
        var counts = await snapshot.CountAsync(Stop);
        Assert.Equal((journal.States.Count, journal.Inputs.Count), (counts.Participants, counts.Inputs));
        var whole = await ParticipantsAsync(snapshot, 0, counts.LastParticipantKey);
        Assert.Equal(whole, [.. await ParticipantsAsync(snapshot, 0, 3), .. await ParticipantsAsync(snapshot, 3, counts.LastParticipantKey)]);
        Assert.Equal(journal.States.Count, whole.Count(line => line.StartsWith('p')));
        Assert.Equal(journal.Parts.Count, whole.Count(line => line.StartsWith('+')));
        Assert.Equal(
            journal.Inputs.OrderBy(input => input.Row.ParticipantKey).ThenBy(input => input.Row.Seq).Select(input => $"- {input.Row.ParticipantKey} {input.Row.Seq} {input.Row.EventId}"),
            whole.Where(line => line.StartsWith('-')));
    }

    private static async Task<List<string>> ParticipantsAsync(IStoreSnapshot snapshot, long afterKey, long throughKey)
    {
        var lines = new List<string>();
        await foreach (var record in snapshot.ReadParticipantsAsync(afterKey, throughKey, Stop))
        {
            lines.Add(record switch
            {
                ParticipantRecord participant => $"{participant.Name.Id} {participant.Key}",
                PartRecord part => $"+ {part.Name}",
                InputRecord input => $"- {input.Row.ParticipantKey} {input.Row.Seq} {input.Row.EventId}",
                _ => throw new InvalidOperationException(record.ToString()),
            });
        }

        return lines;
    }

    // One of everything: also what is deleted, dead, revoked, taken, unswept or written over several lines.
    private protected async Task<Journal> FillAsync(ILaurelStore store)
    {
        var key = new ApiKey("k1", "t1", IsLive: true, "a \"key\"", ["participant", "admin"], [.. Enumerable.Range(0, 32).Select(i => (byte)i)], "bq_live_0000", null, new Timestamp(5), new Timestamp(4), new Timestamp(6));
        await store.ChangeTenancyAsync(_ => new Tenancy([SomeTenant()], [key, key with { Id = "k2", TenantId = null, Hash = new byte[32], RevokedAt = null, ExpiresAt = new Timestamp(9) }]), Stop);
        var journal = NewJournal();
        var environment = journal.Environment;
        await store.WriteAuditAsync(SomeEntry(environment, 3, "k1"), Stop);
        await store.WriteAuditAsync(SomeEntry(null, 2, "k2"), Stop);
        Assert.True(await store.PublishProgramAsync(new ProgramRow(environment, 1, "{\n  \"a\": 1.50,\r\n  \"b\": \"ü\\u0041\"\n}\n"u8.ToArray(), new Timestamp(7), "key", "[\"UTC\"]"u8.ToArray()), Stop));
        await store.NoteSweptAsync(environment, 1, Stop);
        Assert.True(await store.PublishProgramAsync(new ProgramRow(environment, 2, "{}"u8.ToArray(), new Timestamp(8), "key", default), Stop));
        var coupon = new RewardName(environment, "coupon");
        await store.AddRewardCodesAsync(coupon, ["b", "a", "c"], Stop);

        var endpoint = new WebhookEndpoint(
            0, "e1", environment, 0, "https://a.example/?x=1&y=ü", "d", ["*"], EndpointStatus.Enabled, null,
            [new SealedSecret([1, 2, 255], null), new SealedSecret([3], new Timestamp(11))], new Timestamp(1), new Timestamp(2), null);
        var written = (await store.Webhooks.WriteEndpointAsync(endpoint, new EndpointNote(new Timestamp(3), "k", "created", "all"), 10, Stop))!;
        await store.Webhooks.WriteEndpointAsync(written with { Status = EndpointStatus.Disabled, DisabledReason = "admin" }, new EndpointNote(new Timestamp(4), "k", "disabled", ""), 10, Stop);
        await store.Webhooks.WriteEndpointAsync(written with { Revision = 2, Status = EndpointStatus.Enabled }, new EndpointNote(new Timestamp(5), "k", "enabled", ""), 10, Stop);

        var batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("p"), journal.Name("q")], [], []), Stop);
        var supply = (await store.LockRewardsAsync(batch, [new RewardDemand(coupon, 2)], Stop))[0];
        var (writes, inputs) = journal.Prepare(batch, [new Draft("p", "buy", 1, 2), new Draft("q", "buy", 2, 1), new Draft("p", "", 3, 0) { Kind = InputKind.Tick }]);
        writes.Rewards.Add(Issue(coupon, supply.Codes[0], 1));
        writes.Rewards.Add(Issue(coupon, supply.Codes[1], 2));
        writes.Outbox.Add(new OutboxWrite(0, Encoding.UTF8.GetBytes($"[[{written.Key},-1,0,1]]")));
        await store.CommitAsync(batch, writes, Stop);
        journal.Keep(writes, inputs);
        await DeliverAsync(store, written.Key);

        batch = await store.OpenBatchAsync(new BatchRequest([journal.Name("q")], [], []), Stop);
        (writes, inputs) = journal.Prepare(batch, [new Draft("q", "buy", 2, 1)]);
        writes.Outbox.Add(new OutboxWrite(0, Encoding.UTF8.GetBytes($"[[{written.Key},-1]]")));
        await store.CommitAsync(batch, writes, Stop);
        journal.Keep(writes, inputs);
        return journal;
    }

    // One of three deliveries arrives, one dies, one waits.
    private static async Task DeliverAsync(ILaurelStore store, int endpointKey)
    {
        await store.Webhooks.SpreadOutboxAsync(10, Stop);
        var until = new Timestamp(9_000_000_000);
        var claimed = await store.Webhooks.ClaimAsync(new DeliveryClaim(new Timestamp(8_000_000_000), until, 2, new Dictionary<int, int>(), 10), Stop);
        var results = claimed.Deliveries.Select(delivery =>
        {
            var fate = delivery.Name.Place < 0 ? DeliveryFate.Delivered : DeliveryFate.Dead;
            var attempt = new WebhookAttempt(
                endpointKey, delivery.Input.EventId, "badge.unlocked", 1, new Timestamp(8_000_000_001), 12, fate == DeliveryFate.Dead ? "dead" : "delivered",
                fate == DeliveryFate.Dead ? null : 200, fate == DeliveryFate.Dead ? "refused\nreally" : null, new byte[] { 0, 10, 255 });
            return new DeliveryResult(delivery.Name, until, fate, until, attempt);
        });
        await store.Webhooks.CompleteAsync(new DeliveryResults([.. results], [], new Dictionary<int, Timestamp?> { [endpointKey] = new Timestamp(8) }), Stop);
    }

    private static Tenant SomeTenant() => new(0, "t1", "A \"tenant\" <ü>", IsActive: false, "Asia/Kolkata", new ParticipantRate(0.1, 7), new Timestamp(-5));

    private protected static async Task<byte[]> ExportAsync(ILaurelStore store)
    {
        using var output = new MemoryStream();
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(Stop);
        await Export.WriteAsync(snapshot, output, _ => { }, Stop);
        return output.ToArray();
    }

    private protected static async Task ImportAsync(ILaurelStore store, byte[] lines)
    {
        using var input = new MemoryStream(lines);
        await store.Transfer.ImportAsync(Export.ReadAsync(input, _ => { }, Stop), Stop);
    }

    private protected static async Task<List<string>> BrokenAsync(ILaurelStore store)
    {
        await using var snapshot = await store.Transfer.OpenSnapshotAsync(Stop);
        return await snapshot.ReadBrokenIndexesAsync(Stop).ToListAsync(Stop);
    }

    private protected static string Text(byte[] lines) => Encoding.UTF8.GetString(lines);
}
