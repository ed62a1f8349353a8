namespace Laurel.Server.Tests.Harness;

/// <summary>A folder of a test's own, which goes when it is disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("laurel-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
