namespace Laurel.Server;

/// <summary>The program that shows what Laurel does: <c>demo-program.json</c>, carried inside the executable.</summary>
internal static class DemoProgramFile
{
    /// <summary>The document's bytes.</summary>
    public static ReadOnlyMemory<byte> Read()
    {
        using var stream = typeof(DemoProgramFile).Assembly.GetManifestResourceStream("demo-program.json")
            ?? throw new InvalidOperationException("demo-program.json is not in the executable.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
