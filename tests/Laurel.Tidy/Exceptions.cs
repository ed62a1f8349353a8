namespace Laurel.Tidy;

/// <summary>The exceptions from the limits, by name, each with its reason. An entry that is no longer needed fails a test, so the lists only hold what is true.</summary>
internal static class Exceptions
{
    public const int FileLineLimit = 400;

    public const int MethodLineLimit = 70;

    /// <summary>Paths of longer files.</summary>
    public static readonly IReadOnlyDictionary<string, string> LongFiles = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary><c>Type.Method</c> of longer methods.</summary>
    public static readonly IReadOnlyDictionary<string, string> LongMethods = new Dictionary<string, string>(StringComparer.Ordinal);
}
