namespace Laurel.Evaluation;

/// <summary>An array of a state that an evaluation may change: copied at the first change, so that the state before stays as it was.</summary>
internal struct CopyOnWrite<T>(T[] items)
{
    private bool _isOwned;

    public T[] Items { get; private set; } = items;

    public void Set(int index, T item)
    {
        if (!_isOwned)
        {
            Items = [.. Items];
            _isOwned = true;
        }

        Items[index] = item;
    }

    public void Add(T item)
    {
        Items = [.. Items, item];
        _isOwned = true;
    }

    /// <summary>Puts the item at <paramref name="index"/>, or at the end for -1.</summary>
    public void Put(int index, T item)
    {
        if (index < 0)
        {
            Add(item);
        }
        else
        {
            Set(index, item);
        }
    }

    public void RemoveAt(int index)
    {
        Items = [.. Items[..index], .. Items[(index + 1)..]];
        _isOwned = true;
    }
}
