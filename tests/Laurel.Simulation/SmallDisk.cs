using System.Diagnostics;
using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>A file system of a few megabytes in memory, which can be filled and freed. To mount one takes root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int SizeMebibytes = 24;
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    public string Folder => _folder;

    private string FillerPath => Path.Combine(_folder, "filler");

    /// <summary>Mounts one. Where that is not permitted, it skips the test, or fails it in continuous integration.</summary>
    public static SmallDisk Mount()
    {
        var folder = Directory.CreateTempSubdirectory("laurel-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={SizeMebibytes}m", "tmpfs", folder) is { } error)
        {
            Directory.Delete(folder);
            Assert.False(Counts.IsContinuousIntegration, $"A small disk cannot be mounted: {error}");
            Assert.Skip($"A small disk cannot be mounted ({error}); run as root to have this test.");
        }

        return new SmallDisk(folder);
    }

    /// <summary>Takes all the space that is left.</summary>
    public void Fill()
    {
        var block = new byte[4096];
        using var filler = new FileStream(FillerPath, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(FillerPath);

    public void Dispose()
    {
        Assert.Null(Run("umount", _folder));
        Directory.Delete(_folder);
    }

    /// <summary>Null when the command succeeded, else what it said.</summary>
    private static string? Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }
}
