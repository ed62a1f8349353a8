namespace Laurel.Server.Tests.Erasures;

/// <summary>Looks into files as whoever steals the disk would: byte by byte, whatever they are.</summary>
internal static class RawFiles
{
    /// <summary>Each text that stands in a file of <paramref name="folder"/> or below it, as UTF-8, with the file.</summary>
    public static List<string> Find(string folder, IReadOnlyList<string> texts) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => !IsLock(path)).SelectMany(path => Find(path, ReadAll(path), texts))];

    /// <summary>Each text that stands in <paramref name="bytes"/>.</summary>
    public static IEnumerable<string> Find(string name, byte[] bytes, IReadOnlyList<string> texts) =>
        texts.Where(text => bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0).Select(text => $"{text} in {name}");

    // Empty, and nobody else's to open.
    private static bool IsLock(string path) => path.EndsWith(".lock", StringComparison.Ordinal);

    // A server may remove a file while it is looked for.
    private static byte[] ReadAll(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
