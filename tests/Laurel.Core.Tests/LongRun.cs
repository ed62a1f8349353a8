namespace Laurel.Core.Tests;

/// <summary>How often properties are tried: a run of minutes with <c>LAUREL_LONG=1</c> in the environment, else one of seconds.</summary>
internal static class LongRun
{
    private const int Longer = 20;

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("LAUREL_LONG") == "1";

    /// <summary><paramref name="iterations"/>, or more of them.</summary>
    public static int Times(int iterations) => IsOn ? iterations * Longer : iterations;
}
