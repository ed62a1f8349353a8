namespace Laurel.Benchmarks;

/// <summary>Folders for stores: empty when made, removed when measured.</summary>
internal static class Scratch
{
    public static string Make(BenchOptions options, string name)
    {
        var folder = Path.Combine(options.ScratchFolder, name);
        Remove(folder);
        Directory.CreateDirectory(folder);
        return folder;
    }

    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
