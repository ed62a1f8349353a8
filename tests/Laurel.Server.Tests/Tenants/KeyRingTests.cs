using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Server.Tests.Harness;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.Extensions.Time.Testing;

namespace Laurel.Server.Tests.Tenants;

/// <summary>The snapshot that requests go by, on a real store. Source: semantics §1.</summary>
public sealed class KeyRingTests : IAsyncLifetime
{
    private static readonly CancellationToken _none = CancellationToken.None;
    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 2, 14, 10, 0, 0, TimeSpan.Zero));
    private TestStore? _place;
    private ILaurelStore _store = null!;
    private KeyRing _ring = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await TestStore.CreateAsync(_folder, TestStore.IsPostgresWanted);
        _store = StoreChoice.Create(new LaurelOptions { Store = _place.Setting });
        await _store.StartAsync(_none);
        _ring = new KeyRing(_store, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _ring.Dispose();
        await _store.DisposeAsync();
        await _place!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_start_makes_the_tenant_default_and_the_configured_keys_and_a_second_start_changes_nothing()
    {
        var (admin, operators) = (KeyText.Draw(KeyText.Live), KeyText.Draw(KeyText.Operator));

        await new Bootstrap(_ring, [admin], [operators]).EnsureAsync(_none);
        var first = _ring.Current.Tenancy;
        await new Bootstrap(_ring, [admin], [operators]).EnsureAsync(_none);

        Assert.Equal("default", Assert.Single(_ring.Current.Tenancy.Tenants).Name);
        Assert.Equal(first.Keys.Select(key => key.Id), _ring.Current.Tenancy.Keys.Select(key => key.Id));
        Assert.True(_ring.Current.Find(KeyText.Hash(admin))!.Caller!.Environment.IsLive);
        Assert.True(_ring.Current.Find(KeyText.Hash(operators))!.Key.IsOperator);
    }

    [Fact]
    public async Task An_operator_key_is_rotated_by_naming_both_and_a_revoked_one_stays_revoked()
    {
        var (old, young) = (KeyText.Draw(KeyText.Operator), KeyText.Draw(KeyText.Operator));
        await new Bootstrap(_ring, [], [old]).EnsureAsync(_none);
        await new Bootstrap(_ring, [], [old, young]).EnsureAsync(_none);
        Assert.True(Valid(old));
        Assert.True(Valid(young));

        await _ring.ChangeAsync(before => new Tenancy([], [before.Find(KeyText.Hash(old))!.Key with { RevokedAt = _ring.Now }]), _none);
        await new Bootstrap(_ring, [], [old, young]).EnsureAsync(_none);

        Assert.False(Valid(old));
        Assert.True(Valid(young));
    }

    [Fact]
    public async Task First_keys_are_made_once_and_never_beside_configured_ones()
    {
        var named = new Bootstrap(_ring, [], [KeyText.Draw(KeyText.Operator)]);
        var unnamed = new Bootstrap(_ring, [], []);
        await unnamed.EnsureAsync(_none);
        Assert.Null(await named.IssueFirstKeysAsync(_none));

        var keys = await unnamed.IssueFirstKeysAsync(_none);

        Assert.NotNull(keys);
        Assert.All([keys.Live, keys.Test, keys.Operator], key => Assert.True(Valid(key)));
        Assert.Null(await unnamed.IssueFirstKeysAsync(_none));
    }

    [Fact]
    public async Task What_another_node_writes_counts_after_the_next_refresh()
    {
        var text = await OneKeyAsync();
        var key = _ring.Current.Find(KeyText.Hash(text))!.Key;

        await _store.ChangeTenancyAsync(_ => new Tenancy([], [key with { RevokedAt = _ring.Now }]), _none);
        Assert.True(Valid(text));
        await _ring.RefreshAsync(_none);

        Assert.False(Valid(text));
    }

    [Fact]
    public async Task A_refresh_that_finds_nothing_new_keeps_the_snapshot()
    {
        await OneKeyAsync();
        var before = _ring.Current;

        await _ring.RefreshAsync(_none);

        Assert.Same(before, _ring.Current);
    }

    [Fact]
    public async Task A_last_use_shows_at_once_and_is_stored_by_the_next_flush()
    {
        var text = await OneKeyAsync();
        var key = _ring.Current.Find(KeyText.Hash(text))!;
        key.Use.Note(_ring.Now);

        Assert.Equal(_ring.Now, _ring.Current.FindById(key.Key.Id)!.Use.Last);
        Assert.Null(await StoredUseAsync(key.Key.Id));
        await _ring.FlushUsesAsync(_none);

        Assert.Equal(_ring.Now, await StoredUseAsync(key.Key.Id));
    }

    [Fact]
    public async Task A_last_use_outlives_the_snapshot_it_was_noted_in_and_keeps_a_revocation()
    {
        var text = await OneKeyAsync();
        var key = _ring.Current.Find(KeyText.Hash(text))!;
        key.Use.Note(_ring.Now);

        await _ring.ChangeAsync(_ => new Tenancy([], [key.Key with { RevokedAt = _ring.Now }]), _none);
        await _ring.FlushUsesAsync(_none);

        Assert.False(Valid(text));
        Assert.Equal(_ring.Now, _ring.Current.FindById(key.Key.Id)!.Use.Last);
    }

    [Fact]
    public async Task A_key_is_valid_up_to_its_expiry_and_not_at_it()
    {
        var text = await OneKeyAsync();
        var key = _ring.Current.Find(KeyText.Hash(text))!;
        var expiry = _ring.Now.Plus(TimeSpan.FromSeconds(1));
        var expiring = key with { Key = key.Key with { ExpiresAt = expiry } };

        Assert.True(expiring.IsValidAt(new Timestamp(expiry.UnixMicroseconds - 1)));
        Assert.False(expiring.IsValidAt(expiry));
    }

    [Fact]
    public async Task Finding_a_key_allocates_nothing()
    {
        var text = await OneKeyAsync();
        Assert.True(IsFound(text));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = IsFound(text);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(found);
        Assert.Equal(0, allocated);
    }

    private bool IsFound(string text)
    {
        Span<byte> hash = stackalloc byte[KeyText.HashBytes];
        KeyText.Hash(text, hash);
        return KeyText.IsApiKey(text) && _ring.Current.Find(hash)?.IsValidAt(_ring.Now) == true;
    }

    private async Task<string> OneKeyAsync()
    {
        var text = KeyText.Draw(KeyText.Test);
        await new Bootstrap(_ring, [text], []).EnsureAsync(_none);
        return text;
    }

    private bool Valid(string text) => _ring.Current.Find(KeyText.Hash(text))!.IsValidAt(_ring.Now);

    private async Task<Timestamp?> StoredUseAsync(string id) =>
        (await _store.ReadTenancyAsync(_none)).Keys.Single(key => key.Id == id).LastUsedAt;
}
