using System.Net;

namespace Laurel.AddressProbe;

/// <summary>One URL that is tried. It stands here what it may reach: the guard itself is not asked.</summary>
/// <param name="Kind">The class of trick, to count by.</param>
/// <param name="Url">As a tenant would write it.</param>
/// <param name="MayReach">Public addresses that connections may be made to; to any other is a fault.</param>
/// <param name="MustReach">Whether a connection has to arrive: the positive control.</param>
internal sealed record Case(string Kind, string Url, IReadOnlyList<IPAddress> MayReach, bool MustReach = false);

/// <summary>The cases, and the name server's answers that belong to them.</summary>
internal sealed class CaseList(NameServer names)
{
    private const string Domain = "probe.test";

    private readonly List<Case> _cases = [];
    private int _names;

    public IReadOnlyList<Case> Cases => _cases;

    /// <summary>A URL that must reach nothing.</summary>
    public void Refused(string kind, string url) => _cases.Add(new Case(kind, url, []));

    /// <summary>A URL that may reach these addresses and no other.</summary>
    public void Bounded(string kind, string url, params string[] mayReach) => _cases.Add(new Case(kind, url, [.. mayReach.Select(IPAddress.Parse)]));

    /// <summary>A URL that has to reach one of these addresses, and no other.</summary>
    public void Permitted(string kind, string url, params string[] reaches) =>
        _cases.Add(new Case(kind, url, [.. reaches.Select(IPAddress.Parse)], MustReach: true));

    /// <summary>A new name that has these addresses.</summary>
    public string Name(params string[] addresses) => NameInTurn(addresses);

    /// <summary>A new name that has other addresses at each look.</summary>
    public string NameInTurn(params string[][] inTurn)
    {
        var name = $"n{_names++}.{Domain}";
        names.Answer(name, [.. inTurn.Select(addresses => addresses.Select(IPAddress.Parse).ToArray())]);
        return name;
    }

    /// <summary>Gives a name that people know these addresses.</summary>
    public string Known(string name, params string[] addresses)
    {
        names.Answer(name.TrimEnd('.'), [.. addresses.Select(IPAddress.Parse)]);
        return name;
    }

    /// <summary>A new name that is another name for <paramref name="other"/>.</summary>
    public string Alias(string other)
    {
        var name = $"n{_names++}.{Domain}";
        names.Alias(name, other);
        return name;
    }
}
