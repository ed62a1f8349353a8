using Microsoft.Extensions.Options;

namespace Laurel.Client;

/// <summary>Where Laurel is, whose key calls it, and how patient the client is.</summary>
public sealed class LaurelClientOptions
{
    /// <summary>The server's address, http or https, with the path that it is served under if there is one: <c>https://laurel.example/</c>.</summary>
    public Uri? Address { get; set; }

    /// <summary>A key of one environment: <c>bq_live_…</c> or <c>bq_test_…</c>.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>How often a call is tried in all, from 1 to 20. Default 4.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>The wait before the second try, which doubles with each further one and is jittered; a <c>Retry-After</c> of the server's goes before. From 1 ms to 1 minute. Default 250 ms.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one try may take, from 100 ms to <see cref="TotalTimeout"/>. Default 10 s.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call may take with all its tries and waits, at most 1 hour. Default 30 s.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Finds every fault of the options at once.</summary>
internal sealed class LaurelClientOptionsCheck : IValidateOptions<LaurelClientOptions>
{
    private static readonly TimeSpan _shortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan _longestFirstDelay = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, LaurelClientOptions options)
    {
        var faults = new List<string>();
        if (options.Address is not { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "" })
        {
            faults.Add($"Address must be an absolute http or https address without a query, but is '{options.Address}'.");
        }

        // The key is not repeated: messages end up in logs.
        if (options.ApiKey.Length == 0 || options.ApiKey.Any(letter => letter is <= ' ' or > '~'))
        {
            faults.Add("ApiKey must be a key as Laurel gave it, such as bq_test_…, without spaces.");
        }

        if (options.MaxAttempts is < 1 or > 20)
        {
            faults.Add($"MaxAttempts must be from 1 to 20, but is {options.MaxAttempts}.");
        }

        if (options.FirstDelay < TimeSpan.FromMilliseconds(1) || options.FirstDelay > _longestFirstDelay)
        {
            faults.Add($"FirstDelay must be from 1 ms to {_longestFirstDelay}, but is {options.FirstDelay}.");
        }

        if (options.TotalTimeout < _shortestTimeout || options.TotalTimeout > _longestTimeout)
        {
            faults.Add($"TotalTimeout must be from {_shortestTimeout} to {_longestTimeout}, but is {options.TotalTimeout}.");
        }

        if (options.AttemptTimeout < _shortestTimeout || options.AttemptTimeout > options.TotalTimeout)
        {
            faults.Add($"AttemptTimeout must be from {_shortestTimeout} to TotalTimeout ({options.TotalTimeout}), but is {options.AttemptTimeout}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
