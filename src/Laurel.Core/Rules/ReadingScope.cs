using Laurel.Badges;
using Laurel.Rewards;

namespace Laurel.Rules;

/// <summary>What the readers of one document share.</summary>
internal sealed class ReadingScope(FaultList faults, DefinedCodes codes)
{
    public FaultList Faults => faults;

    public DefinedCodes Codes => codes;

    /// <summary>Code of the first currency: what <c>currency</c> defaults to.</summary>
    public string DefaultCurrency { get; set; } = Currency.Default.Code;

    /// <summary>The badges read without a fault, by code; empty until their section was read.</summary>
    public IReadOnlyDictionary<string, Badge> Badges { get; set; } = new Dictionary<string, Badge>(StringComparer.Ordinal);

    /// <summary>The rewards of the catalogue read without a fault, by code; empty until their section was read.</summary>
    public IReadOnlyDictionary<string, CatalogueReward> Catalogue { get; set; } = new Dictionary<string, CatalogueReward>(StringComparer.Ordinal);

    /// <summary>Patterns of <c>matches</c> read so far.</summary>
    public int Patterns { get; set; }
}
