using System.Net.Sockets;

namespace Laurel.AddressProbe;

/// <summary>What one way of sending did with all cases.</summary>
/// <param name="Name">The way.</param>
/// <param name="Kinds">What became of the cases of each kind.</param>
/// <param name="Faults">Connections that should not have been made, and such that should have been and were not, each a sentence.</param>
internal sealed record Run(string Name, IReadOnlyList<Tally> Kinds, IReadOnlyList<string> Faults)
{
    /// <summary>How often each URL is sent to: a name may have turned bad by the second time.</summary>
    private const int Times = 3;

    /// <summary>How long a request may take. All connections are to this machine, so this is no more than a bound.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Sends to each case in turn and looks what arrived.</summary>
    public static async Task<Run> OfAsync(string name, IReadOnlyList<Case> cases, NameServer names, Listeners listeners, Func<string, Task> sendAsync)
    {
        names.Forget();
        var faults = new List<string>();
        var outcomes = new List<(string Kind, bool Reached, bool Leaked)>();
        foreach (var one in cases)
        {
            for (var i = 0; i < Times; i++)
            {
                await TryAsync(one.Url, sendAsync);
            }

            var arrived = await listeners.TakeAsync();
            var leaked = arrived.Except(one.MayReach).ToList();
            var isMissed = one.MustReach && !arrived.Any(one.MayReach.Contains);
            outcomes.Add((one.Kind, arrived.Any(one.MayReach.Contains), leaked.Count > 0));
            faults.AddRange(leaked.Select(address => $"{one.Kind}: {one.Url} reached {address}"));
            if (isMissed)
            {
                faults.Add($"{one.Kind}: {one.Url} reached nothing");
            }
        }

        return new Run(
            name,
            [.. outcomes.GroupBy(outcome => outcome.Kind).Select(kind => new Tally(kind.Key, kind.Count(), kind.Count(one => one.Reached), kind.Count(one => one.Leaked)))],
            faults);
    }

    private static async Task TryAsync(string url, Func<string, Task> sendAsync)
    {
        try
        {
            await sendAsync(url);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException or UriFormatException or NotSupportedException or ArgumentException)
        {
            // Whether something arrived is all that counts here.
        }
    }
}

/// <summary>The cases of one kind: how many, how many reached what they may reach, how many reached something else.</summary>
internal sealed record Tally(string Kind, int Cases, int Reached, int Leaked);
