using System.Security.Cryptography;
using Laurel.AspNetCore.Webhooks;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;
using Laurel.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Secrets are kept so that only who has the key, and only for the webhook they belong to, can read them.</summary>
public sealed class SecretSealTests : IDisposable
{
    private const string Id = "01KHDX4D00M3T9Y5QK2V7W8X9Y";
    private static readonly Timestamp _now = new(0);
    private readonly string _folder = Directory.CreateTempSubdirectory("laurel-").FullName;
    private readonly WebhookSecret _secret = WebhookSecret.Of(RandomNumberGenerator.GetBytes(WebhookSecret.MaxBytes));

    private string KeyFile => Path.Combine(_folder, "laurel.db.webhook-key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_sealed_secret_opens_and_shows_nothing_of_itself()
    {
        var seal = Of(NewKey());

        var one = seal.Seal(Id, _secret)!;

        Assert.Equal(_secret.ToString(), seal.Open(Id, one)!.ToString());
        Assert.True(one.AsSpan().IndexOf(_secret.Key[..8]) < 0);
        Assert.NotEqual(one, seal.Seal(Id, _secret)!);
    }

    [Fact]
    public void It_opens_for_no_other_webhook_and_not_when_one_bit_is_changed()
    {
        var seal = Of(NewKey());
        var whole = seal.Seal(Id, _secret)!;

        Assert.Null(seal.Open("01KHDX4D00M3T9Y5QK2V7W8X9Z", whole));
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var broken = (byte[])whole.Clone();
            broken[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(seal.Open(Id, broken));
        }

        Assert.Null(seal.Open(Id, whole.AsSpan(..^1)));
        Assert.Null(seal.Open(Id, []));
    }

    [Fact]
    public void Keys_are_rotated_by_putting_the_new_one_first()
    {
        var (old, young) = (NewKey(), NewKey());
        var before = Of(old).Seal(Id, _secret)!;

        var both = Of(young, old);
        Assert.NotNull(both.Open(Id, before));
        var after = both.Seal(Id, _secret)!;

        Assert.NotNull(Of(young).Open(Id, after));
        Assert.Null(Of(old).Open(Id, after));
        Assert.Null(Of(young).Open(Id, before));
    }

    [Fact]
    public void The_secrets_of_a_webhook_sign_as_long_as_they_are_valid_and_readable()
    {
        var (seal, lost) = (Of(NewKey()), Of(NewKey()).Seal(Id, _secret)!);
        var other = WebhookSecret.Of(RandomNumberGenerator.GetBytes(WebhookSecret.MinBytes));
        var (newest, older) = (seal.Seal(Id, _secret)!, seal.Seal(Id, other)!);
        var later = _now.Plus(TimeSpan.FromTicks(10));

        Assert.Equal([_secret.ToString(), other.ToString()], Opened(seal, new(newest, null), new(older, later)));
        Assert.Equal([_secret.ToString()], Opened(seal, new(newest, null), new(older, _now)));
        Assert.Equal([_secret.ToString()], Opened(seal, new(newest, null), new(lost, later)));
        Assert.Empty(Opened(seal, new(lost, null), new(older, later)));
    }

    [Fact]
    public void A_key_file_is_made_when_it_is_first_needed_and_only_its_owner_may_read_it()
    {
        var seal = Of();
        Assert.Null(seal.Open(Id, new byte[60]));
        Assert.False(File.Exists(KeyFile));

        var one = seal.Seal(Id, _secret)!;

        Assert.Equal(32, Convert.FromBase64String(File.ReadAllText(KeyFile).Trim()).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }

        Assert.Equal([KeyFile], Directory.GetFiles(_folder));
        Assert.NotNull(Of().Open(Id, one));
        Assert.NotNull(Of(NewKey()).Open(Id, one));
    }

    [Fact]
    public void Many_at_once_make_one_key_file()
    {
        var seal = Of();
        var made = new byte[16][];

        Parallel.For(0, made.Length, i => made[i] = seal.Seal(Id, _secret)!);

        var fresh = Of();
        Assert.All(made, one => Assert.NotNull(fresh.Open(Id, one)));
    }

    [Fact]
    public void A_key_file_that_cannot_be_read_is_not_written_over_and_works_once_it_is_restored()
    {
        var whole = Of();
        var one = whole.Seal(Id, _secret)!;
        var content = File.ReadAllText(KeyFile);
        File.WriteAllText(KeyFile, content[..10]);

        var seal = Of();
        Assert.Null(seal.Open(Id, one));
        Assert.Null(seal.Seal(Id, _secret));
        Assert.Equal(content[..10], File.ReadAllText(KeyFile));

        File.WriteAllText(KeyFile, content);
        Assert.NotNull(seal.Open(Id, one));
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretKeys.KeyBytes));

    private SecretSeal Of(params string[] keys) => new(new SecretKeys(keys, KeyFile, NullLogger<SecretKeys>.Instance));

    private static string[] Opened(SecretSeal seal, params SealedSecret[] secrets)
    {
        var endpoint = new WebhookEndpoint(
            1, Id, EnvironmentKey.Of(1, live: false), 1, "https://example.com", "", ["*"], EndpointStatus.Enabled, null, secrets, _now, _now, null);
        return [.. seal.Open(endpoint, _now).Select(secret => secret.ToString())];
    }
}
