using System.Diagnostics;

namespace Laurel.Server.Tests.Harness;

/// <summary>Waits for a condition, never for a time.</summary>
public static class Wait
{
    /// <summary>How long anything may take before a test calls it broken; far above what it takes.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Returns once <paramref name="condition"/> holds; throws, naming <paramref name="what"/>, when the deadline has passed.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Deadline; await Task.Delay(20))
        {
            if (await condition())
            {
                return;
            }
        }

        throw new TimeoutException($"Waited {Deadline.TotalSeconds} s in vain until {what}.");
    }
}
