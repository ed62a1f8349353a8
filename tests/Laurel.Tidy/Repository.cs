using System.Diagnostics;

namespace Laurel.Tidy;

/// <summary>The files of the repository that these tests were built from: tracked ones, and new ones that git does not ignore.</summary>
internal static class Repository
{
    /// <summary>The folder of Laurel.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths relative to <see cref="Root"/>, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Git("ls-files", "--cached", "--others", "--exclude-standard").Where(path => File.Exists(FullPath(path)))];

    /// <summary>What git tracks, whether ignored or not.</summary>
    public static IReadOnlyList<string> TrackedFiles { get; } = Git("ls-files", "--cached");

    /// <summary>C# files, as <see cref="Files"/>.</summary>
    public static IEnumerable<string> SourceFiles => Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal));

    public static string FullPath(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(FullPath(path));

    /// <summary>The mode in which git tracks a file, as <c>100755</c>; null where it does not.</summary>
    public static string? ModeOf(string path) => Git("ls-files", "--stage", "--", path).Select(line => line.Split(' ')[0]).FirstOrDefault();

    private static string[] Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "core.quotepath=off", .. arguments])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)} ended with {git.ExitCode}: these tests need a git checkout.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Laurel.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Laurel.slnx.");
    }
}
