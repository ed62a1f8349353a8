namespace Laurel.Core.Tests;

/// <summary>How often properties are tried: a run of minutes with <c>./test.sh --long</c> (<c>LAUREL_LONG</c> in the environment), else one of seconds.</summary>
internal static class LongRun
{
    private const int Longer = 20;

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("LAUREL_LONG") is "1" or "true";

    /// <summary><paramref name="iterations"/>, or more of them.</summary>
    public static int Times(int iterations) => IsOn ? iterations * Longer : iterations;
}
