using System.Diagnostics;
using System.Globalization;

namespace Laurel.AspNetCore.Commands;

/// <summary>Says each second on standard error how far a command is: how many of how many, and how many a second since the start. Says the end as well.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    private readonly TextWriter _errors;
    private readonly string _doing;
    private readonly Func<(long Done, long Total)> _read;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task _saying;

    /// <summary><paramref name="doing"/> is what the line begins with; <paramref name="read"/> is asked from another thread.</summary>
    public Progress(TextWriter errors, string doing, Func<(long Done, long Total)> read)
    {
        _errors = errors;
        _doing = doing;
        _read = read;
        _saying = SayAsync();
    }

    /// <summary>So many in so much time, for people: <c>1,234 events in 0.1 s (12,340/s)</c>.</summary>
    public string Sum(long done)
    {
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} events in {seconds:N1} s ({done / Math.Max(seconds, 0.001):N0}/s)");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _saying;
        _stop.Dispose();
    }

    private async Task SayAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await _errors.WriteLineAsync(Line());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await _errors.WriteLineAsync(Line());
        }
    }

    private string Line()
    {
        var (done, total) = _read();
        var rate = done / Math.Max(Stopwatch.GetElapsedTime(_started).TotalSeconds, 0.001);
        return string.Create(CultureInfo.InvariantCulture, $"{_doing}: {done:N0} of {total:N0} events, {rate:N0}/s");
    }
}
