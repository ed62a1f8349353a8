namespace Laurel.Storage.Sqlite;

/// <summary>The file beside a store that keeps a second process out.</summary>
internal static class ProcessLock
{
    /// <summary>Takes it for the store at <paramref name="path"/> until the stream is disposed, and makes the store's folder. Throws <see cref="StoreException"/> where it is taken.</summary>
    public static FileStream Take(string path)
    {
        var lockPath = path + ".lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (File.Exists(lockPath))
        {
            throw new StoreException(
                StoreFault.Misconfigured, $"Another Laurel process uses the store {path}. A SQLite store serves one process: stop the other one, or set Laurel:Store to another file.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFault.Misconfigured, $"The store's folder cannot be used: {failure.Message} Set Laurel:Store to a file in a folder that may be written.", failure);
        }
    }
}
