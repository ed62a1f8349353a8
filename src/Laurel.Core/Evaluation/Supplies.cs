namespace Laurel.Evaluation;

/// <summary>
/// What evaluation needs beside the state, loaded by the shell when a decision asked for it: parts of the state by key (null = there is none), and what was
/// allocated of the rewards wanted so far, in the order wanted. With the same supplies an input is judged the same again.
/// </summary>
public sealed record Supplies(IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Parts, IReadOnlyList<Allocation> Allocations)
{
    /// <summary>Nothing.</summary>
    public static readonly Supplies None = new(new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal), []);
}

/// <summary>
/// What became of one wanted reward: it was there, with <paramref name="CodeValue"/> where it takes a code; or it was out of stock.
/// </summary>
public sealed record Allocation(string Reward, bool IsGranted, string? CodeValue);
