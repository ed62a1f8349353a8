namespace Laurel.Server.Tests.Harness;

/// <summary>Where things stand in the repository that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder of Laurel.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server's executable, built in the same configuration as the tests.</summary>
    public static string ServerPath { get; } = BuiltPath("src/Laurel.Server", "laurel-server.dll");

    /// <summary>A file built by the project at <paramref name="project"/>, in the same configuration as the tests.</summary>
    public static string BuiltPath(string project, string file)
    {
        // …/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, file);
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
