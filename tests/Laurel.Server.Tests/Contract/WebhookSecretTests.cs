using System.Security.Cryptography;
using System.Text;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>What is on disk and in the log betrays no secret; a lost key is told and mended.</summary>
public sealed class WebhookSecretTests
{
    [Fact]
    [Trait(TestStore.Trait, TestStore.Postgres)]
    public async Task Without_a_key_that_nodes_share_no_webhook_is_made_and_the_sentence_says_which_option_to_set()
    {
        await using var server = new LaurelServer { IsOnPostgres = true };
        server.Settings[LaurelServer.EncryptionSetting] = "";
        await server.StartAsync();

        var refused = await server.Test.PostAsync(Api.Webhooks, """{"url":"https://example.com/hook"}""");

        Expect.Problem(refused, 503, "WEBHOOK_KEY_UNAVAILABLE");
        Assert.Contains("Laurel:Webhooks:EncryptionKey", refused["detail"], StringComparison.Ordinal);
        Assert.Equal(0, (await server.Test.GetAsync(Api.Webhooks)).Json.GetProperty("total").GetInt32());
    }

    // It looks into the files, and at the key beside them.
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    [Fact]
    public async Task A_secret_stands_nowhere_in_the_store_its_log_or_the_output()
    {
        await using var server = new LaurelServer();
        server.Settings["Logging__LogLevel__Default"] = "Trace";
        server.Settings["Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics"] = "Trace";
        await server.StartAsync();
        var given = RandomNumberGenerator.GetBytes(32);
        var path = await WebhookServer.CreateAsync(server.Test, $"\"description\":\"canary\",\"secret\":\"whsec_{Convert.ToBase64String(given)}\"");
        var made = (await server.Test.PostAsync(path + "/rotate-secret", "{}"))["secret"]!["whsec_".Length..];
        await server.Test.PostAsync(path + "/test", "");

        // As the crash leaves them: with the write-ahead log.
        await server.KillAsync();

        List<byte[]> files = [.. Directory.GetFiles(server.Folder).Where(file => !file.EndsWith(".webhook-key", StringComparison.Ordinal)).Select(File.ReadAllBytes)];
        Assert.Contains(files, file => file.AsSpan().IndexOf("canary"u8) >= 0);
        foreach (var secret in (byte[][])[given, Convert.FromBase64String(made)])
        {
            byte[][] forms = [secret, Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)), Encoding.ASCII.GetBytes(Convert.ToHexString(secret)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret))];
            Assert.All(files, file => Assert.All(forms, form => Assert.True(file.AsSpan().IndexOf(form.AsSpan(0, 16)) < 0)));
            Assert.All(forms[1..], form => Assert.DoesNotContain(Encoding.ASCII.GetString(form), server.Output, StringComparison.Ordinal));
        }

        // The key, by contrast, is in its file alone, and the log says once where that is.
        var key = (await File.ReadAllTextAsync(server.StorePath + ".webhook-key", TestContext.Current.CancellationToken)).Trim();
        Assert.All(files, file => Assert.True(file.AsSpan().IndexOf(Convert.FromBase64String(key)) < 0 && file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key)) < 0));
        Assert.DoesNotContain(key, server.Output, StringComparison.Ordinal);
        Assert.Equal(2, server.Output.Split(server.StorePath + ".webhook-key").Length);
    }

    // A key is made and kept only beside a file.
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    [Fact]
    public async Task A_webhook_whose_key_is_lost_is_listed_says_so_and_is_mended_by_a_rotation()
    {
        await using var server = new LaurelServer();
        await server.StartAsync();
        var path = await WebhookServer.CreateAsync(server.Test);
        await server.TerminateAsync();
        File.Delete(server.StorePath + ".webhook-key");
        server.Settings["Laurel__Webhooks__EncryptionKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await server.StartAsync();

        Assert.Equal("""[{"valid_until":null,"is_readable":false}]""", (await server.Test.GetAsync(path)).Json.GetProperty("secrets").GetRawText());
        Assert.Equal(1, (await server.Test.GetAsync(Api.Webhooks)).Json.GetProperty("total").GetInt32());
        var tried = await server.Test.PostAsync(path + "/test", "");
        Assert.False(tried.Json.GetProperty("delivered").GetBoolean());
        Assert.Contains("Webhooks:EncryptionKey", tried["error"], StringComparison.Ordinal);

        Assert.Equal(200, (await server.Test.PostAsync(path + "/rotate-secret", "{}")).Status);
        var secrets = (await server.Test.GetAsync(path)).Json.GetProperty("secrets");
        Assert.Equal([true, false], secrets.EnumerateArray().Select(secret => secret.GetProperty("is_readable").GetBoolean()));
        Assert.False(File.Exists(server.StorePath + ".webhook-key"));
    }
}
