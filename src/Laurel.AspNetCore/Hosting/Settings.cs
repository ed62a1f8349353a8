using System.Globalization;
using System.Net;
using Laurel.AspNetCore.Tenants;
using Laurel.AspNetCore.Webhooks;
using Laurel.Webhooks;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// One option: its name below <c>Laurel:</c>, its default and range as people read them, and what it means.
/// <paramref name="Read"/> takes a text from the configuration, <paramref name="Check"/> looks at the value, wherever it came from.
/// </summary>
internal sealed record Setting(
    string Name,
    string Default,
    string Range,
    string Meaning,
    Func<LaurelOptions, string, List<string>, LaurelOptions> Read,
    Action<LaurelOptions, List<string>> Check);

/// <summary>Every option there is. The documentation and the refusal of misspelt names follow from this table.</summary>
internal static class Settings
{
    public static readonly IReadOnlyList<Setting> All =
    [
        new(
            "Store",
            "sqlite:data/laurel.db",
            "sqlite: and a path, or a PostgreSQL connection string",
            "Where everything is kept. A relative path counts from the folder the server was started in. PostgreSQL: Host=…;Database=… or postgres://user:password@host:5432/database.",
            (options, text, _) => options with { Store = text },
            (options, faults) => Add(faults, StoreChoice.Fault(options.Store))),
        Keys(
            "Bootstrap:AdminKey",
            "bq_test_ or bq_live_ and 32 lowercase hex characters, several with commas between",
            "Keys of the oldest tenant that are ensured at every start, with the scopes participant and admin. When set, no key is printed.",
            KeyText.IsApiKey,
            options => options.BootstrapAdminKeys,
            (options, keys) => options with { BootstrapAdminKeys = keys }),
        Keys(
            "Bootstrap:OperatorKey",
            "bq_op_ and 32 lowercase hex characters, several with commas between",
            "Operator keys that are ensured at every start. When set, no key is printed.",
            KeyText.IsOperatorKey,
            options => options.BootstrapOperatorKeys,
            (options, keys) => options with { BootstrapOperatorKeys = keys }),
        Rate(
            "ParticipantRate:PerSecond",
            "Writes per second that a participant may receive for long, unless its tenant sets its own; 0 takes the cap away.",
            options => options.ParticipantRatePerSecond,
            (options, value) => options with { ParticipantRatePerSecond = value }),
        Whole(
            "ParticipantRate:Burst",
            1,
            1_000_000,
            "Writes that a participant may receive at once, unless its tenant sets its own.",
            options => options.ParticipantRateBurst,
            (options, value) => options with { ParticipantRateBurst = value }),
        Whole(
            "KeyRate:PerMinute",
            0,
            1_000_000_000,
            "Calls that an API key may make within a minute on this node; several nodes count each for themselves. Beyond that callers are answered 429. 0 takes the bound away, and its headers.",
            options => options.KeyRatePerMinute,
            (options, value) => options with { KeyRatePerMinute = value }),
        Whole(
            "Audit:KeptDays",
            1,
            36_500,
            "Days that entries of the audit log are kept.",
            options => options.AuditKeptDays,
            (options, value) => options with { AuditKeptDays = value }),
        Whole(
            "Events:MaxAheadHours",
            0,
            87_600,
            "Hours that an event's timestamp may lie ahead of the server's clock.",
            options => options.EventsMaxAheadHours,
            (options, value) => options with { EventsMaxAheadHours = value }),
        Whole(
            "Pipeline:QueueLimit",
            1,
            1_000_000,
            "Commands that may wait for a commit. Beyond that callers are answered 503 with Retry-After.",
            options => options.PipelineQueueLimit,
            (options, value) => options with { PipelineQueueLimit = value }),
        Whole(
            "Pipeline:BatchLimit",
            1,
            10_000,
            "Commands that share one commit at most.",
            options => options.PipelineBatchLimit,
            (options, value) => options with { PipelineBatchLimit = value }),
        Whole(
            "Sqlite:FoldAfterInputs",
            100,
            1_000_000,
            "Inputs gathered in memory before they are folded into the tables; each takes about 2 KiB meanwhile.",
            options => options.SqliteFoldAfterInputs,
            (options, value) => options with { SqliteFoldAfterInputs = value }),
        Whole(
            "Sqlite:WalLimitMb",
            16,
            65_536,
            "Size in MiB that the write-ahead log is held below.",
            options => options.SqliteWalLimitMb,
            (options, value) => options with { SqliteWalLimitMb = value }),
        Whole(
            "Sqlite:ScrubLimitMb",
            0,
            65_536,
            "Size in MiB of the file up to which an erasure rewrites it at once, while other writes wait, so that nothing of what was erased stays in free pages. Above it, that is left to laurel-server scrub.",
            options => options.SqliteScrubLimitMb,
            (options, value) => options with { SqliteScrubLimitMb = value }),
        Whole(
            "Postgres:WriteLanes",
            2,
            64,
            "Batches that a node writes to PostgreSQL at once. Each lane has a second connection for participants whom another node holds.",
            options => options.PostgresWriteLanes,
            (options, value) => options with { PostgresWriteLanes = value }),
        Whole(
            "Postgres:MaxConnections",
            5,
            1_000,
            "Connections to PostgreSQL that a node has at most: two for each write lane, and the rest for reads. All nodes together must stay below the server's max_connections.",
            options => options.PostgresMaxConnections,
            (options, value) => options with { PostgresMaxConnections = value },
            LaneConnectionsFault),
        Whole(
            "Postgres:CommandTimeoutSeconds",
            1,
            600,
            "Seconds that a statement may take in PostgreSQL, and that a caller waits for a free connection. Locks are waited for half as long.",
            options => options.PostgresCommandTimeoutSeconds,
            (options, value) => options with { PostgresCommandTimeoutSeconds = value }),
        Networks(
            "Webhooks:AllowedNetworks",
            "Networks that webhooks may be sent to though they are not public, for example 10.1.0.0/16.",
            options => options.WebhooksAllowedNetworks,
            (options, networks) => options with { WebhooksAllowedNetworks = networks }),
        Whole(
            "Webhooks:TimeoutSeconds",
            1,
            120,
            "Seconds that an attempt to deliver a webhook may take, from the look at the name to the end of the answer.",
            options => options.WebhooksTimeoutSeconds,
            (options, value) => options with { WebhooksTimeoutSeconds = value }),
        Flag(
            "Webhooks:Paused",
            "Whether webhooks wait: nothing is sent until the next start without it, and nothing is lost.",
            options => options.WebhooksPaused,
            (options, value) => options with { WebhooksPaused = value }),
        Whole(
            "Webhooks:Concurrency",
            4,
            10_000,
            "Requests to receivers that are under way at most. Endpoints that fail share a quarter of them.",
            options => options.WebhooksConcurrency,
            (options, value) => options with { WebhooksConcurrency = value }),
        Whole(
            "Webhooks:EndpointConcurrency",
            1,
            256,
            "Requests to one endpoint that are under way at most; one that fails gets a single one.",
            options => options.WebhooksEndpointConcurrency,
            (options, value) => options with { WebhooksEndpointConcurrency = value }),
        new(
            "Webhooks:RetryDelays",
            RetrySchedule.DefaultText,
            "1 to 50 delays of 1 second to 30 days with commas between, such as 5s,5m,2h",
            "Pauses before a failed message is tried again; each is lengthened by up to a fifth. After the last one it is a dead letter.",
            (options, text, _) => options with { WebhooksRetryDelays = text },
            (options, faults) => Add(faults, RetryDelaysFault(options.WebhooksRetryDelays))),
        Whole(
            "Webhooks:DisableAfterFailingHours",
            1,
            8_760,
            "Hours that an endpoint may fail without any success before it is disabled.",
            options => options.WebhooksDisableAfterFailingHours,
            (options, value) => options with { WebhooksDisableAfterFailingHours = value }),
        Whole(
            "Webhooks:AttemptsKeptDays",
            1,
            365,
            "Days that attempts are kept for people to look at.",
            options => options.WebhooksAttemptsKeptDays,
            (options, value) => options with { WebhooksAttemptsKeptDays = value }),
        Whole(
            "Webhooks:EndpointLimit",
            1,
            10_000,
            "Webhooks that an environment may have.",
            options => options.WebhooksEndpointLimit,
            (options, value) => options with { WebhooksEndpointLimit = value }),
        Keys(
            "Webhooks:EncryptionKey",
            "the base64 of 32 random bytes, several with commas between",
            "Keys that webhook secrets are encrypted with: the first encrypts, all decrypt. Without it a key is made and kept beside a SQLite store; PostgreSQL has no place for one, so there it is needed, the same on all nodes.",
            SecretKeys.IsKey,
            options => options.WebhooksEncryptionKeys,
            (options, keys) => options with { WebhooksEncryptionKeys = keys }),
        new(
            "Telemetry:OtlpEndpoint",
            "(none)",
            "an http or https address",
            "Where metrics and traces are sent by OTLP over gRPC, for example http://127.0.0.1:4317. Without it nothing is sent.",
            (options, text, _) => options with { TelemetryOtlpEndpoint = text.Length == 0 ? null : text },
            (options, faults) => Add(faults, EndpointFault(options.TelemetryOtlpEndpoint))),
    ];

    /// <summary>The option of this name, whatever its case; null when there is none.</summary>
    public static Setting? Find(string name) => All.FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Ends the sentence about an unknown name with the one that was probably meant.</summary>
    public static string Suggestion(string name)
    {
        var nearest = All.Select(setting => (setting.Name, Distance: Distance(setting.Name, name))).MinBy(candidate => candidate.Distance);
        return nearest.Distance <= Math.Max(3, nearest.Name.Length / 3)
            ? $" (did you mean {LaurelOptions.Section}:{nearest.Name}?)"
            : $" (there are {string.Join(", ", All.Select(setting => setting.Name))})";
    }

    private static Setting Whole(
        string name, int min, int max, string meaning, Func<LaurelOptions, int> get, Func<LaurelOptions, int, LaurelOptions> set, Func<LaurelOptions, string?>? faultBesides = null) =>
        new(
            name,
            get(new LaurelOptions()).ToString(CultureInfo.InvariantCulture),
            $"{min} to {max}",
            meaning,
            (options, text, faults) =>
            {
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
                {
                    return set(options, value);
                }

                faults.Add($"{LaurelOptions.Section}:{name} must be a whole number from {min} to {max}, but is '{text}'");
                return options;
            },
            (options, faults) =>
            {
                if (get(options) is var value && (value < min || value > max))
                {
                    faults.Add($"{LaurelOptions.Section}:{name} must be from {min} to {max}, but is {value}");
                }

                Add(faults, faultBesides?.Invoke(options));
            });

    private static Setting Flag(string name, string meaning, Func<LaurelOptions, bool> get, Func<LaurelOptions, bool, LaurelOptions> set) =>
        new(
            name,
            get(new LaurelOptions()) ? "true" : "false",
            "true or false",
            meaning,
            (options, text, faults) =>
            {
                if (bool.TryParse(text, out var value))
                {
                    return set(options, value);
                }

                faults.Add($"{LaurelOptions.Section}:{name} must be true or false, but is '{text}'");
                return options;
            },
            (_, _) => { });

    private static Setting Rate(string name, string meaning, Func<LaurelOptions, double> get, Func<LaurelOptions, double, LaurelOptions> set)
    {
        const string Range = "0, or 0.001 to 1000000";
        return new(
            name,
            get(new LaurelOptions()).ToString(CultureInfo.InvariantCulture),
            Range,
            meaning,
            (options, text, faults) =>
            {
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                {
                    return set(options, value);
                }

                faults.Add($"{LaurelOptions.Section}:{name} must be a number ({Range}), but is '{text}'");
                return options;
            },
            (options, faults) =>
            {
                if (get(options) is not (0 or (>= 0.001 and <= 1_000_000)))
                {
                    faults.Add($"{LaurelOptions.Section}:{name} must be {Range}, but is {get(options).ToString(CultureInfo.InvariantCulture)}");
                }
            });
    }

    private delegate bool Spelling(ReadOnlySpan<char> key);

    private static Setting Keys(
        string name,
        string range,
        string meaning,
        Spelling isKey,
        Func<LaurelOptions, IReadOnlyList<string>> get,
        Func<LaurelOptions, IReadOnlyList<string>, LaurelOptions> set) =>
        new(
            name,
            "(none)",
            range,
            meaning,
            (options, text, _) => set(options, text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            (options, faults) =>
            {
                foreach (var key in get(options).Where(key => !isKey(key)))
                {
                    // A key that is nearly right is still a secret: only the start that all keys of Laurel's share is shown.
                    var shown = key.StartsWith("bq_", StringComparison.Ordinal) ? $"'{key[..Math.Min(8, key.Length)]}…'" : "one";
                    faults.Add($"{LaurelOptions.Section}:{name} must be {range}, but holds {shown} with {key.Length} characters");
                }
            });

    private static Setting Networks(
        string name,
        string meaning,
        Func<LaurelOptions, IReadOnlyList<IPNetwork>> get,
        Func<LaurelOptions, IReadOnlyList<IPNetwork>, LaurelOptions> set)
    {
        const string Range = "networks in CIDR form, several with commas between";
        return new(
            name,
            get(new LaurelOptions()).Count == 0 ? "(none)" : string.Join(", ", get(new LaurelOptions())),
            Range,
            meaning,
            (options, text, faults) =>
            {
                var networks = new List<IPNetwork>();
                foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    if (IPNetwork.TryParse(part, out var network))
                    {
                        networks.Add(network);
                    }
                    else
                    {
                        faults.Add($"{LaurelOptions.Section}:{name} must be {Range}, but holds '{part}' (a network is its first address and the length of its prefix, as in 10.1.0.0/16; a single address has /32 or /128)");
                    }
                }

                return set(options, networks);
            },
            (_, _) => { });
    }

    private static string? RetryDelaysFault(string delays) =>
        RetrySchedule.TryParse(delays, out _) ? null : $"{LaurelOptions.Section}:Webhooks:RetryDelays {RetrySchedule.Expected}, but is '{delays}'";

    private static string? LaneConnectionsFault(LaurelOptions options) =>
        options.PostgresMaxConnections > 2 * options.PostgresWriteLanes ? null
            : $"{LaurelOptions.Section}:Postgres:MaxConnections must be more than twice {LaurelOptions.Section}:Postgres:WriteLanes ({options.PostgresWriteLanes}), so that reads have some, but is {options.PostgresMaxConnections}";

    private static string? EndpointFault(string? endpoint) =>
        endpoint is null || (Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            ? null
            : $"{LaurelOptions.Section}:Telemetry:OtlpEndpoint must be an http or https address, but is '{endpoint}'";

    private static void Add(List<string> faults, string? fault)
    {
        if (fault is not null)
        {
            faults.Add(fault);
        }
    }

    // Levenshtein, by rows.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[right.Length];
    }
}
