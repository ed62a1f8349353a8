using System.Reflection;
using Laurel.Storage;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// A store as the clock sees it, but that participants due at the same instant, and those that a publish makes it look at, come by id: stores number the participants of one batch as they like,
/// and ids of inputs are drawn in the order in which participants are woken.
/// </summary>
public class InOrder : DispatchProxy
{
    private ILaurelStore? _store;

    /// <summary>Puts the order over <paramref name="store"/>.</summary>
    public static ILaurelStore Over(ILaurelStore store)
    {
        var proxy = Create<ILaurelStore, InOrder>();
        ((InOrder)proxy)._store = store;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(_store, args);
#pragma warning disable CA2012 // The caller awaits what a proxy can only hand on as an object.
        return targetMethod.Name switch
        {
            nameof(ILaurelStore.ClaimDueAsync) => SortedAsync((ValueTask<IReadOnlyList<DueParticipant>>)answer!, one => one.DueAt, one => one.Name.Id),
            nameof(ILaurelStore.ReadParticipantsAsync) => SortedAsync((ValueTask<IReadOnlyList<ParticipantRow>>)answer!, _ => 0, row => row.Name.Id),
            _ => answer,
        };
#pragma warning restore CA2012
    }

    private static async ValueTask<IReadOnlyList<T>> SortedAsync<T, TFirst>(ValueTask<IReadOnlyList<T>> rows, Func<T, TFirst> first, Func<T, string> second) =>
        [.. (await rows).OrderBy(first).ThenBy(second, StringComparer.Ordinal)];
}
