using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Hosting;

/// <summary>A start that cannot succeed says why in one line and ends with 1.</summary>
public sealed class RefusedStartTests
{
    [Fact]
    public async Task An_address_in_use_is_named()
    {
        await using var first = new LaurelServer();
        await first.StartAsync();
        await using var second = new LaurelServer();

        var line = await RefusedAsync(second, "--urls", first.Address.ToString());

        Assert.Contains(first.Address.Authority, line, StringComparison.Ordinal);
        Assert.Contains("--urls", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://192.0.2.1:5080")]
    public async Task An_address_that_is_none_is_refused(string url)
    {
        await using var server = new LaurelServer();

        await RefusedAsync(server, "--urls", url);
    }

    [Fact]
    public async Task A_misspelt_option_is_refused_on_the_command_line_too()
    {
        await using var server = new LaurelServer();

        Assert.Contains("did you mean Laurel:Store?", await RefusedAsync(server, "--Laurel:Stores", "sqlite:x.db"), StringComparison.Ordinal);
    }

    // About the file.
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    [Fact]
    public async Task A_file_that_is_no_store_is_left_alone()
    {
        await using var server = new LaurelServer();
        var content = Enumerable.Repeat((byte)'x', 10_000).ToArray();
        await File.WriteAllBytesAsync(server.StorePath, content, TestContext.Current.CancellationToken);

        await RefusedAsync(server);

        Assert.Equal(content, await File.ReadAllBytesAsync(server.StorePath, TestContext.Current.CancellationToken));
    }

    // About the file.
    [Trait(TestStore.Trait, TestStore.Sqlite)]
    [Fact]
    public async Task A_folder_in_the_place_of_the_store_is_refused()
    {
        await using var server = new LaurelServer();
        Directory.CreateDirectory(server.StorePath);

        Assert.Contains(server.StorePath, await RefusedAsync(server), StringComparison.Ordinal);
    }

    private static async Task<string> RefusedAsync(LaurelServer server, params string[] args)
    {
        Assert.Equal(1, await server.RunToEndAsync(args));
        return Assert.Single(server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
