namespace Laurel.Evaluation;

/// <summary>
/// Pieces of one participant's state that live outside its document: old periods, large sets, lots far ahead. Asking for one that was not loaded notes it,
/// so that the shell loads it and evaluates again.
/// </summary>
internal sealed class PartShelf(bool hasParts, Supplies supplies)
{
    private Dictionary<string, byte[]?>? _changed;
    private List<string>? _missing;

    public IReadOnlyList<string> Missing => _missing ?? [];

    /// <summary>Parts put here, by key.</summary>
    public IReadOnlyList<PartChange> Changes => _changed is null ? [] : [.. _changed.Select(pair => new PartChange(pair.Key, pair.Value))];

    /// <summary>The part, or empty where there is none, or where it must be loaded first.</summary>
    public ReadOnlyMemory<byte> Find(string key)
    {
        if (_changed is not null && _changed.TryGetValue(key, out var changed))
        {
            return changed;
        }

        if (!hasParts)
        {
            return default;
        }

        if (supplies.Parts.TryGetValue(key, out var loaded))
        {
            return loaded ?? default;
        }

        _missing ??= [];
        if (!_missing.Contains(key))
        {
            _missing.Add(key);
        }

        return default;
    }

    /// <summary>Keeps a part; null removes it.</summary>
    public void Put(string key, byte[]? document)
    {
        _changed ??= new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        _changed[key] = document;
    }
}
