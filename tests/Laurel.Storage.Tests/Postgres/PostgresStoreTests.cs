namespace Laurel.Storage.Tests.Postgres;

/// <summary>PostgreSQL: the common promises, and those of a database that others may use as well.</summary>
public sealed class PostgresStoreTests : StoreConformance
{
    private TestDatabase? _database;

    private protected override async Task<ILaurelStore> OpenAsync(int gatherInputs = 100)
    {
        _database ??= await TestDatabase.CreateAsync();
        return await _database.OpenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
