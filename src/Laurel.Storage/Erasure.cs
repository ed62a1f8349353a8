using Laurel.Facts;

namespace Laurel.Storage;

/// <summary>
/// A participant that is erased with a commit. <paramref name="Seq"/> is the number of the input that erases it, <paramref name="FactId"/> the fact that says so. The same commit
/// takes away what callers wrote: names, properties, answers and payload hashes of all inputs before that one, the participant's name and parts, what webhooks had still to tell
/// of it, and what their receivers answered. What Laurel itself concluded stays: facts, outcomes, balances.
/// </summary>
public sealed record Erasure(long ParticipantKey, long Seq, FactId FactId)
{
    /// <summary>What the participant is called from then on.</summary>
    public string Name => ErasedName.Of(FactId);
}

/// <summary>Names of erased participants. They begin with a control character, which no caller may send, so that nobody can read them or write to them.</summary>
public static class ErasedName
{
    /// <summary>The name of the participant that was erased by this fact.</summary>
    public static string Of(FactId factId) => $"\u0001erased/{factId}";

    /// <summary>Whether <paramref name="participantId"/> is a name that was given by an erasure.</summary>
    public static bool Is(string participantId) => participantId.StartsWith('\u0001');
}

/// <summary>What an erased participant's inputs are called and say from then on.</summary>
public static class ErasedInput
{
    /// <summary>The name of its events and commands.</summary>
    public const string Name = "erased";

    /// <summary>Their properties.</summary>
    public const string Properties = "{}";

    /// <summary>What stands in place of their answers. No call is ever answered so.</summary>
    public const string Answer = """{"erased":true}""";

    internal static ReadOnlySpan<byte> AnswerBytes => """{"erased":true}"""u8;
}
