namespace Laurel.Rules;

/// <summary>What the readers of one document share.</summary>
internal sealed class ReadingScope(FaultList faults, DefinedCodes codes)
{
    public FaultList Faults => faults;

    public DefinedCodes Codes => codes;

    /// <summary>Code of the first currency: what <c>currency</c> defaults to.</summary>
    public string DefaultCurrency { get; set; } = Currency.Default.Code;

    /// <summary>Patterns of <c>matches</c> read so far.</summary>
    public int Patterns { get; set; }
}
