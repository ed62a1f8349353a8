using Laurel.Client;
using Laurel.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Laurel.Server.Tests.Client;

/// <summary>What the package's README shows is compiled here and does what it says.</summary>
[Collection(OneServer.Name)]
public sealed class ReadmeTests(RunningServer server)
{
    [Fact]
    public void The_code_of_the_README_is_the_code_that_is_compiled_here()
    {
        var shown = File.ReadAllText(Path.Combine(Repository.Root, "src/Laurel.Client/README.md")).Split("```csharp\n").Skip(1).Select(rest => Plain(rest.Split("```")[0])).ToList();
        var compiled = Plain(File.ReadAllText(Path.Combine(Repository.Root, "tests/Laurel.Server.Tests/Client/ReadmeSnippets.cs")));

        Assert.Equal(3, shown.Count);
        Assert.All(shown, snippet => Assert.Contains(snippet, compiled, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_code_of_the_README_earns_and_spends()
    {
        var services = new ServiceCollection();
        ReadmeSnippets.Register(services, server.Process.Address, server.Process.TestKey);
        await using var provider = services.BuildServiceProvider();
        var (laurel, participant, order) = (provider.GetRequiredService<LaurelClient>(), Some.Participant(), Some.Participant());

        var toasts = await ReadmeSnippets.BuyAsync(laurel, participant, order, 49.99m);
        var again = await ReadmeSnippets.BuyAsync(laurel, participant, order, 49.99m);

        Assert.Equal(["+49 points, now 49", "Badge: First purchase (common)", "Welcome to Bronze"], toasts);
        Assert.Equal(toasts, again);
        Assert.Equal("9 left", await ReadmeSnippets.SpendAsync(laurel, participant, 40));
        Assert.Equal("Insufficient points. Available: 9, requested: 40", await ReadmeSnippets.SpendAsync(laurel, participant, 40));
    }

    // Without the indentation, which is the file's.
    private static string Plain(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
