using System.Net;
using Laurel.Tenants;
using Laurel.Webhooks;
using Microsoft.Extensions.Configuration;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// All that can be set, under <c>Laurel:</c> in the configuration. Names, defaults, ranges and meanings stand in <see cref="Settings"/>,
/// and for people in docs/operate/configuration.md.
/// </summary>
public sealed record LaurelOptions
{
    /// <summary>The configuration section that holds the options.</summary>
    public const string Section = "Laurel";

    /// <summary>Where everything is kept: <c>sqlite:</c> and a path, which is relative to the folder the process was started in, or a PostgreSQL connection string.</summary>
    public string Store { get; init; } = "sqlite:data/laurel.db";

    /// <summary>Keys of the oldest tenant that are ensured at every start, with the scopes <c>participant</c> and <c>admin</c>.</summary>
    public IReadOnlyList<string> BootstrapAdminKeys { get; init; } = [];

    /// <summary>Operator keys that are ensured at every start.</summary>
    public IReadOnlyList<string> BootstrapOperatorKeys { get; init; } = [];

    /// <summary>Writes per second that a participant may receive for long, unless its tenant says otherwise; 0 = no cap.</summary>
    public double ParticipantRatePerSecond { get; init; } = 10;

    /// <summary>Writes that a participant may receive at once, unless its tenant says otherwise.</summary>
    public int ParticipantRateBurst { get; init; } = 100;

    /// <summary>Calls that an API key may make within a minute on this node; 0 = no bound.</summary>
    public int KeyRatePerMinute { get; init; } = 600_000;

    /// <summary>Days that the audit log is kept.</summary>
    public int AuditKeptDays { get; init; } = 365;

    /// <summary>Hours that an event's timestamp may lie ahead of the server's clock.</summary>
    public int EventsMaxAheadHours { get; init; } = 24;

    /// <summary>Commands that may wait for a commit; beyond that callers are answered 503.</summary>
    public int PipelineQueueLimit { get; init; } = 10_000;

    /// <summary>Commands that share one commit at most.</summary>
    public int PipelineBatchLimit { get; init; } = 512;

    /// <summary>Inputs that SQLite's adapter gathers before it folds them into the tables that are looked up at random.</summary>
    public int SqliteFoldAfterInputs { get; init; } = 65_536;

    /// <summary>Size in MiB that SQLite's write-ahead log is held below.</summary>
    public int SqliteWalLimitMb { get; init; } = 256;

    /// <summary>Size in MiB of SQLite's file up to which an erasure rewrites it at once.</summary>
    public int SqliteScrubLimitMb { get; init; } = 64;

    /// <summary>Batches that a node writes to PostgreSQL at once; each has a connection of its own.</summary>
    public int PostgresWriteLanes { get; init; } = 2;

    /// <summary>Connections to PostgreSQL that a node has at most.</summary>
    public int PostgresMaxConnections { get; init; } = 20;

    /// <summary>Seconds that a statement may take in PostgreSQL, and that a caller waits for a free connection.</summary>
    public int PostgresCommandTimeoutSeconds { get; init; } = 10;

    /// <summary>Networks that webhooks may be sent to though they are not public.</summary>
    public IReadOnlyList<IPNetwork> WebhooksAllowedNetworks { get; init; } = [];

    /// <summary>Seconds that an attempt to deliver a webhook may take, all in all.</summary>
    public int WebhooksTimeoutSeconds { get; init; } = 15;

    /// <summary>Whether webhooks wait: nothing is sent, and nothing is lost.</summary>
    public bool WebhooksPaused { get; init; }

    /// <summary>Requests to receivers that this server has under way at most.</summary>
    public int WebhooksConcurrency { get; init; } = 512;

    /// <summary>Requests to one endpoint that this server has under way at most.</summary>
    public int WebhooksEndpointConcurrency { get; init; } = 8;

    /// <summary>The pauses before a failed message is tried again, in order.</summary>
    public string WebhooksRetryDelays { get; init; } = RetrySchedule.DefaultText;

    /// <summary>Hours that an endpoint may fail without any success before it is disabled.</summary>
    public int WebhooksDisableAfterFailingHours { get; init; } = 120;

    /// <summary>Days that attempts are kept for people to look at.</summary>
    public int WebhooksAttemptsKeptDays { get; init; } = 3;

    /// <summary>Webhooks that an environment may have.</summary>
    public int WebhooksEndpointLimit { get; init; } = 100;

    /// <summary>Keys that webhook secrets are encrypted with, each the base64 of 32 bytes: the first encrypts, all decrypt. Empty = a file beside the embedded store.</summary>
    public IReadOnlyList<string> WebhooksEncryptionKeys { get; init; } = [];

    /// <summary>Where metrics and traces are sent by OTLP; null = nowhere.</summary>
    public string? TelemetryOtlpEndpoint { get; init; }

    /// <summary>The cap of participants whose tenant sets none.</summary>
    public ParticipantRate ParticipantRate => new(ParticipantRatePerSecond, ParticipantRateBurst);

    /// <summary>Reads the section <see cref="Section"/>. Throws <see cref="LaurelStartException"/>, whose sentence names everything that is wrong.</summary>
    public static LaurelOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new LaurelOptions();
        var faults = new List<string>();
        foreach (var (name, value) in configuration.GetSection(Section).AsEnumerable(makePathsRelative: true))
        {
            // A name with children has no value of its own.
            if (value is null)
            {
                continue;
            }

            if (Settings.Find(name) is { } setting)
            {
                options = setting.Read(options, value, faults);
            }
            else
            {
                faults.Add($"{Section}:{name} is no option of Laurel{Settings.Suggestion(name)}");
            }
        }

        return faults.Count == 0 ? options.Checked() : throw new LaurelStartException(Sentence(faults));
    }

    /// <summary>These options, if every value lies in its range. Throws <see cref="LaurelStartException"/> otherwise.</summary>
    public LaurelOptions Checked()
    {
        var faults = new List<string>();
        foreach (var setting in Settings.All)
        {
            setting.Check(this, faults);
        }

        return faults.Count == 0 ? this : throw new LaurelStartException(Sentence(faults));
    }

    private static string Sentence(List<string> faults) => $"The configuration is wrong: {string.Join("; ", faults)}.";
}

/// <summary>Why Laurel does not start, in one sentence for the operator that says what to change.</summary>
public sealed class LaurelStartException(string message) : Exception(message);
