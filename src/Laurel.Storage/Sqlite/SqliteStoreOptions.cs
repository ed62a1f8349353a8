namespace Laurel.Storage.Sqlite;

/// <summary>Where and how a SQLite store is kept.</summary>
/// <param name="Path">Full path of the database file; its folder is made if it is missing.</param>
/// <param name="FoldAfterInputs">
/// Inputs gathered before they are folded into the tables that are looked up at random. More of them write fewer pages and take more memory
/// (about 1 KiB each in each of two segments).
/// </param>
/// <param name="WalLimitBytes">Size that the write-ahead log is held below; from half of it the checkpointer works beside the writer.</param>
/// <param name="ScrubLimitBytes">Size of a file up to which an erasure rewrites it at once, while writers wait, so that no free page keeps what was erased.</param>
public sealed record SqliteStoreOptions(
    string Path, int FoldAfterInputs = 65_536, long WalLimitBytes = 256L * 1024 * 1024, long ScrubLimitBytes = 64L * 1024 * 1024);
