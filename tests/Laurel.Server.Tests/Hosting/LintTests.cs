using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Hosting;

/// <summary>
/// Two linters that are not ours find nothing in the OpenAPI document by their recommended rules; tests/lint says which rules are off, and why. Where Node or
/// the packages are missing, the test is skipped; in continuous integration it fails.
/// </summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
[Collection(OneServer.Name)]
public sealed class LintTests(RunningServer server)
{
    private const string Folder = "tests/lint";

    [Fact]
    public async Task Redocly_and_spectral_find_nothing_in_the_document()
    {
        var document = Path.Combine(server.Process.Folder, "openapi.json");
        await File.WriteAllBytesAsync(document, (await server.Anonymous.GetAsync(ReferenceApi.DocumentRoute)).Body, TestContext.Current.CancellationToken);

        var redocly = RunAsync("node_modules/@redocly/cli/bin/cli.js", "lint", document, "--config=redocly.yaml", "--format=json");
        var spectral = RunAsync("node_modules/@stoplight/spectral-cli/dist/index.js", "lint", document, "--ruleset=.spectral.yaml", "--format=json", "--fail-severity=hint");

        var (redoclyCode, redoclyOutput) = await redocly;
        Assert.True(redoclyCode == 0, redoclyOutput);
        using var verdict = JsonDocument.Parse(redoclyOutput);
        Assert.True(verdict.RootElement.GetProperty("problems").GetArrayLength() == 0, redoclyOutput);
        var (spectralCode, spectralOutput) = await spectral;
        Assert.True(spectralCode == 0, spectralOutput);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string script, params string[] arguments)
    {
        var folder = Path.Combine(Repository.Root, Folder);
        var start = new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // A test tells nobody that it runs.
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        if (!File.Exists(Path.Combine(folder, script)) || Started(start) is not { } process)
        {
            const string Missing = $"Node or the packages of {Folder} are missing: install Node with npm, and run 'npm ci' there.";
            Assert.SkipUnless(Counts.IsContinuousIntegration, Missing);
            throw new InvalidOperationException(Missing);
        }

        using (process)
        {
            using var deadline = new CancellationTokenSource(Wait.Deadline);
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await errors);
        }
    }

    private static Process? Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
