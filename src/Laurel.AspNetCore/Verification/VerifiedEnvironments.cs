using Laurel.AspNetCore.Definitions;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage.Transfer;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Verification;

/// <summary>What governs the environments of a snapshot, and what people call them.</summary>
internal sealed class VerifiedEnvironments(RuleBooks books)
{
    private readonly Dictionary<EnvironmentKey, (int Newest, bool IsUnswept)> _programs = [];
    private readonly Dictionary<int, string> _tenants = [];

    /// <summary>Reads tenants and programs, but for their documents, which are read as they are needed.</summary>
    public async Task ReadAsync(IStoreSnapshot snapshot, CancellationToken cancellationToken)
    {
        await foreach (var record in snapshot.ReadAsync(StoreSection.Tenants, cancellationToken))
        {
            var tenant = ((TenantRecord)record).Tenant;
            _tenants[tenant.Key] = tenant.Id;
        }

        // By version, so that the newest one stays.
        await foreach (var record in snapshot.ReadAsync(StoreSection.Programs, cancellationToken))
        {
            var program = (ProgramRecord)record;
            _programs[program.Program.Environment] = (program.Program.Version, program.IsUnswept);
        }
    }

    /// <summary>The environment for people: the tenant's id, then <c>live</c> or <c>test</c>.</summary>
    public string NameOf(EnvironmentKey environment) =>
        $"{_tenants.GetValueOrDefault(environment.TenantKey) ?? $"unknown tenant {environment.TenantKey}"}/{environment}";

    /// <summary>
    /// When the clock may next have to wake a participant. One answer, by the newest program; but while its participants are still looked at under that one, by any
    /// since <paramref name="lastVersion"/>, which judged the last input.
    /// </summary>
    public async ValueTask<List<Timestamp?>> DuesOfAsync(EnvironmentKey environment, ParticipantState state, int lastVersion, CancellationToken cancellationToken)
    {
        var (newest, isUnswept) = _programs.GetValueOrDefault(environment);
        var dues = new List<Timestamp?>();
        for (var version = isUnswept ? Math.Min(lastVersion, newest) : newest; version <= newest; version++)
        {
            dues.Add(Evaluator.NextDue(await books.GetAsync(environment, version, cancellationToken), state));
        }

        return dues;
    }
}
