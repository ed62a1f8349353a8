using System.Net;
using Laurel.AspNetCore.Hosting;
using Laurel.Server.Tests.Harness;
using Microsoft.Extensions.Configuration;

namespace Laurel.Server.Tests.Hosting;

/// <summary>Options are read whole, or refused in one sentence. Source: issue "Wrong configuration stops the start with a sentence".</summary>
public sealed class OptionsTests
{
    private static readonly string _documentation = File.ReadAllText(Path.Combine(Repository.Root, "docs/operate/configuration.md"));

    private static readonly string _key = Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    [Fact]
    public void Nothing_configured_is_the_defaults() => Assert.Equal(new LaurelOptions().ToString(), Read().ToString());

    [Fact]
    public void Every_option_is_read_whatever_the_case_of_its_name()
    {
        var options = Read(
            ("Laurel:store", "SQLite:x/y.db"),
            ("LAUREL:Bootstrap:AdminKey", $" bq_test_{new string('1', 32)}, bq_live_{new string('2', 32)} "),
            ("Laurel:Bootstrap:operatorkey", $"bq_op_{new string('3', 32)}"),
            ("Laurel:ParticipantRate:PerSecond", "0.5"),
            ("Laurel:ParticipantRate:Burst", "7"),
            ("Laurel:KeyRate:PerMinute", "4711"),
            ("Laurel:Audit:KeptDays", "30"),
            ("Laurel:Events:MaxAheadHours", "1"),
            ("Laurel:Pipeline:QueueLimit", "2"),
            ("Laurel:Pipeline:BatchLimit", "3"),
            ("Laurel:Sqlite:FoldAfterInputs", "1000"),
            ("Laurel:Sqlite:WalLimitMb", "16"),
            ("Laurel:Postgres:WriteLanes", "3"),
            ("Laurel:Postgres:MaxConnections", "7"),
            ("Laurel:Postgres:CommandTimeoutSeconds", "600"),
            ("Laurel:Webhooks:AllowedNetworks", "10.1.0.0/16, fd00::/8"),
            ("Laurel:Webhooks:TimeoutSeconds", "120"),
            ("Laurel:Webhooks:EndpointLimit", "9"),
            ("Laurel:Webhooks:EncryptionKey", $"{_key}, {Convert.ToBase64String(new byte[32])}"),
            ("Laurel:Webhooks:Paused", "True"),
            ("Laurel:Webhooks:Concurrency", "4"),
            ("Laurel:Webhooks:EndpointConcurrency", "2"),
            ("Laurel:Webhooks:RetryDelays", "1s,2m"),
            ("Laurel:Webhooks:DisableAfterFailingHours", "1"),
            ("Laurel:Webhooks:AttemptsKeptDays", "9"),
            ("Laurel:Telemetry:OtlpEndpoint", "http://collector:4317"));

        Assert.Equal([$"bq_test_{new string('1', 32)}", $"bq_live_{new string('2', 32)}"], options.BootstrapAdminKeys);
        Assert.Equal([$"bq_op_{new string('3', 32)}"], options.BootstrapOperatorKeys);
        Assert.Equal([IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00::/8")], options.WebhooksAllowedNetworks);
        Assert.Equal((3, 7, 600), (options.PostgresWriteLanes, options.PostgresMaxConnections, options.PostgresCommandTimeoutSeconds));
        Assert.Equal(120, options.WebhooksTimeoutSeconds);
        Assert.Equal(
            (true, 4, 2, "1s,2m", 1, 9),
            (options.WebhooksPaused, options.WebhooksConcurrency, options.WebhooksEndpointConcurrency, options.WebhooksRetryDelays,
                options.WebhooksDisableAfterFailingHours, options.WebhooksAttemptsKeptDays));
        Assert.Equal((4711, 30), (options.KeyRatePerMinute, options.AuditKeptDays));
        Assert.Equal(9, options.WebhooksEndpointLimit);
        Assert.Equal([_key, Convert.ToBase64String(new byte[32])], options.WebhooksEncryptionKeys);
        Assert.Equal(
            ("SQLite:x/y.db", 0.5, 7, 1, 2, 3, 1000, 16, "http://collector:4317"),
            (options.Store, options.ParticipantRatePerSecond, options.ParticipantRateBurst, options.EventsMaxAheadHours, options.PipelineQueueLimit,
                options.PipelineBatchLimit, options.SqliteFoldAfterInputs, options.SqliteWalLimitMb, options.TelemetryOtlpEndpoint));
    }

    [Theory]
    [InlineData("Laurel:Store", "", "is empty")]
    [InlineData("Laurel:Store", "laurel.db", "without a scheme")]
    [InlineData("Laurel:Store", "sqlite:", "names no file")]
    [InlineData("Laurel:Store", "sqlite::memory:", "in memory")]
    [InlineData("Laurel:Store", "postgres://me:secret@host", "names no database")]
    [InlineData("Laurel:Store", "Host=;Database=db", "names no host")]
    [InlineData("Laurel:Store", "mongo:x", "'mongo'")]
    [InlineData("Laurel:ParticipantRate:PerSecond", "-1", "but is -1")]
    [InlineData("Laurel:ParticipantRate:PerSecond", "NaN", "but is NaN")]
    [InlineData("Laurel:ParticipantRate:PerSecond", "1e9", "0.001 to 1000000")]
    [InlineData("Laurel:ParticipantRate:Burst", "0", "1 to 1000000")]
    [InlineData("Laurel:ParticipantRate:Burst", "1.5", "'1.5'")]
    [InlineData("Laurel:Events:MaxAheadHours", "-1", "0 to 87600")]
    [InlineData("Laurel:Pipeline:QueueLimit", "99999999999", "'99999999999'")]
    [InlineData("Laurel:Postgres:WriteLanes", "1", "2 to 64")]
    [InlineData("Laurel:Postgres:CommandTimeoutSeconds", "0", "1 to 600")]
    [InlineData("Laurel:Webhooks:AllowedNetworks", "10.0.0.0/8,10.0.0.1", "'10.0.0.1'")]
    [InlineData("Laurel:Webhooks:AllowedNetworks", "10.0.0.0/33", "CIDR")]
    [InlineData("Laurel:Webhooks:TimeoutSeconds", "0", "1 to 120")]
    [InlineData("Laurel:Webhooks:Paused", "yes", "true or false, but is 'yes'")]
    [InlineData("Laurel:Webhooks:Concurrency", "3", "4 to 10000")]
    [InlineData("Laurel:Webhooks:RetryDelays", "5s,never", "'5s,never'")]
    [InlineData("Laurel:Webhooks:EndpointLimit", "10001", "1 to 10000")]
    [InlineData("Laurel:Webhooks:EncryptionKey", "not base64", "base64 of 32")]
    [InlineData("Laurel:Webhooks:EncryptionKey", "c2hvcnQ=", "base64 of 32")]
    [InlineData("Laurel:Telemetry:OtlpEndpoint", "collector:4317", "http or https")]
    [InlineData("Laurel:Bootstrap:AdminKey", "bq_op_00000000000000000000000000000000", "bq_test_ or bq_live_")]
    [InlineData("Laurel:Bootstrap:AdminKey", "bq_live_ABCDEF00000000000000000000000000", "lowercase")]
    public void A_wrong_value_is_refused_with_its_name_and_its_range(string name, string value, string said)
    {
        var sentence = Refused((name, value));

        Assert.Contains(name, sentence, StringComparison.Ordinal);
        Assert.Contains(said, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', sentence);
    }

    [Theory]
    [InlineData("Laurel:Stor", "did you mean Laurel:Store?")]
    [InlineData("Laurel:ParticipantRate:Bursts", "did you mean Laurel:ParticipantRate:Burst?")]
    [InlineData("Laurel:BootstrapAdminKey", "did you mean Laurel:Bootstrap:AdminKey?")]
    [InlineData("Laurel:Something:Else:Entirely", "there are Store")]
    public void A_misspelt_name_is_refused_with_the_one_that_was_meant(string name, string said) =>
        Assert.Contains(said, Refused((name, "1")), StringComparison.Ordinal);

    [Fact]
    public void Every_fault_stands_in_one_sentence()
    {
        var sentence = Refused(("Laurel:Sqlite:WalLimitMb", "many"), ("Laurel:Pipeline:BatchLimits", "1"), ("Laurel:Pipeline:QueueLimit", "x"));

        Assert.Contains("WalLimitMb", sentence, StringComparison.Ordinal);
        Assert.Contains("BatchLimits", sentence, StringComparison.Ordinal);
        Assert.Contains("QueueLimit", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Lanes_leave_connections_for_reads() => Assert.Contains(
        "more than twice Laurel:Postgres:WriteLanes (4)", Refused(("Laurel:Postgres:WriteLanes", "4"), ("Laurel:Postgres:MaxConnections", "8")), StringComparison.Ordinal);

    [Fact]
    public void A_refusal_shows_no_secret()
    {
        Assert.DoesNotContain("secret", Refused(("Laurel:Store", "postgres://me:secret@host")), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", Refused(("Laurel:Bootstrap:AdminKey", "bq_test_0123456789")), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_made_in_code_are_checked_too() =>
        Assert.Throws<LaurelStartException>(() => new LaurelOptions { PipelineBatchLimit = 0 }.Checked());

    [Fact]
    public void The_documentation_has_a_row_for_each_option_and_no_other()
    {
        string[] rows = [.. Settings.All.Select(setting =>
            $"| `Laurel:{setting.Name}` | {(setting.Default == "(none)" ? "(none)" : $"`{setting.Default}`")} | {setting.Range} | {setting.Meaning} |")];

        Assert.Equal(rows, _documentation.Split('\n').Where(line => line.StartsWith("| `Laurel:", StringComparison.Ordinal)));
    }

    private static string Refused(params (string Name, string Value)[] settings) =>
        Assert.Throws<LaurelStartException>(() => Read(settings)).Message;

    private static LaurelOptions Read(params (string Name, string Value)[] settings) =>
        LaurelOptions.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build());
}
