using System.Diagnostics;
using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>
/// Hostile URLs and name servers against real connections: the probe runs in a network of its own in which every address in the world is this
/// machine, so that what would leave arrives, and is noted. Source: issue "400 hostile URLs and DNS answers".
/// </summary>
[Trait(TestStore.Trait, TestStore.Sqlite)]
public sealed class AddressProbeTests
{
    /// <summary>Makes every address local, and the attacker's name server the only one. To do so takes root, in a namespace of its own.</summary>
    private const string Prepare =
        "set -e; ip link set lo up; ip route add local 0.0.0.0/0 dev lo; ip -6 route add local ::/0 dev lo; mount --bind \"$0\" /etc/resolv.conf; ";

    private const string Changing = "a name whose address changes";

    /// <summary>What must leak where nothing guards: else the probe would not see it where something does.</summary>
    private static readonly string[] _seen =
    [
        "an address of a special range, by name", "an address of a special range, written out", "IPv4 in an unusual spelling", "IPv4 inside IPv6, written out",
        "IPv4 inside IPv6, by name", "public and refused addresses in one answer", Changing, "a name that means this machine or its neighbours",
        "an alias of a refused name", "a URL that can be read in two ways", "a redirect to a refused address", "a certificate whose issuer lies at a refused address",
    ];

    [Fact]
    public async Task No_hostile_url_and_no_hostile_name_reaches_a_refused_address()
    {
        var runs = await ProbeAsync();

        foreach (var run in runs)
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{run.Name}: {run.Kinds.Sum(kind => kind.Cases)} cases");
            foreach (var kind in run.Kinds)
            {
                TestContext.Current.TestOutputHelper!.WriteLine($"  {kind.Kind}: {kind.Cases} judged, {kind.Reached} reached what they may, {kind.Leaked} another address");
            }
        }

        Assert.Equal(["sender", "guard alone", "twin without a guard", "twin that checks and then connects by name"], runs.Select(run => run.Name));
        Assert.All(runs, run => Assert.InRange(run.Kinds.Where(kind => !kind.Kind.StartsWith("a public", StringComparison.Ordinal)).Sum(kind => kind.Cases), 400, int.MaxValue));
        Assert.Empty(runs[0].Faults);
        Assert.Empty(runs[1].Faults);
        Assert.All(_seen, kind => Assert.NotEqual(0, runs[2].Kinds.Single(one => one.Kind == kind).Leaked));
        Assert.InRange(runs[2].Kinds.Sum(kind => kind.Leaked), 400, int.MaxValue);
        Assert.NotEqual(0, runs[3].Kinds.Single(one => one.Kind == Changing).Leaked);
    }

    private static async Task<List<Run>> ProbeAsync()
    {
        var names = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(names, "nameserver 127.0.0.1\noptions attempts:1 timeout:2 ndots:0\n");
            var (code, _, error) = await InNetworkAsync(names, "true");
            if (code != 0)
            {
                Assert.False(Counts.IsContinuousIntegration, $"A network of its own cannot be made: {error}");
                Assert.Skip($"A network of its own cannot be made ({error.Trim()}); run as root on Linux, with iproute2 and util-linux, to have this test.");
            }

            (code, var output, error) = await InNetworkAsync(names, $"exec dotnet '{Repository.BuiltPath("tests/Laurel.AddressProbe", "Laurel.AddressProbe.dll")}'");
            Assert.True(code == 0, $"The probe ended with {code}: {error}");
            return JsonSerializer.Deserialize<List<Run>>(output)!;
        }
        finally
        {
            File.Delete(names);
        }
    }

    private static async Task<(int Code, string Output, string Error)> InNetworkAsync(string names, string command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["-n", "-m", "sh", "-c", Prepare + command, names])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, output, await error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, "", e.Message);
        }
    }

    private sealed record Run(string Name, IReadOnlyList<Tally> Kinds, IReadOnlyList<string> Faults);

    private sealed record Tally(string Kind, int Cases, int Reached, int Leaked);
}
