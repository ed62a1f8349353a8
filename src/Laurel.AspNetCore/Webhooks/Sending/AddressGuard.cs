using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>
/// Says which addresses a webhook may be sent to: those that the whole internet can reach, and those that the operator names. What is in
/// doubt is refused. Source: IANA's registries of special-purpose addresses and of IPv6 unicast; docs/decisions/webhook-address-guard.md.
/// </summary>
/// <param name="allowedNetworks">Networks that the operator lets through though they are not public.</param>
internal sealed class AddressGuard(IReadOnlyList<IPNetwork> allowedNetworks)
{
    private static readonly IPNetwork _globalUnicastV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork _nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>
    /// Ranges that are not public, with their names. For IPv4 this is the whole rule. For IPv6 all beyond <see cref="_globalUnicastV6"/> is
    /// refused anyway, and such ranges stand here only for their names.
    /// </summary>
    private static readonly ImmutableArray<(IPNetwork Network, string Name)> _special =
    [
        Range("0.0.0.0/8", "this network"),
        Range("10.0.0.0/8", "private use"),
        Range("100.64.0.0/10", "shared by a carrier"),
        Range("127.0.0.0/8", "loopback"),
        Range("169.254.0.0/16", "link-local"),
        Range("172.16.0.0/12", "private use"),
        Range("192.0.0.0/24", "protocol assignments"),
        Range("192.0.2.0/24", "documentation"),
        // Reachable, but never a receiver: an operator's own anycast nodes answer here.
        Range("192.31.196.0/24", "a sink of the domain name system"),
        Range("192.52.193.0/24", "multicast relays"),
        Range("192.88.99.0/24", "6to4 relays"),
        Range("192.168.0.0/16", "private use"),
        Range("192.175.48.0/24", "a sink of the domain name system"),
        Range("198.18.0.0/15", "benchmarks"),
        Range("198.51.100.0/24", "documentation"),
        Range("203.0.113.0/24", "documentation"),
        Range("224.0.0.0/4", "multicast"),
        Range("240.0.0.0/4", "reserved"),
        // Public by its number, yet one cloud answers its virtual machines here with their own secrets.
        Range("168.63.129.16/32", "a cloud's metadata"),

        Range("::/128", "unspecified"),
        Range("::1/128", "loopback"),
        Range("::/96", "IPv4 in IPv6"),
        Range("::ffff:0:0:0/96", "IPv4 in IPv6"),
        Range("64:ff9b::/96", "IPv4 behind a translator"),
        Range("64:ff9b:1::/48", "IPv4 behind a translator"),
        Range("100::/64", "discarded"),
        // Teredo, benchmarks, ORCHID and more. Of what is reachable among them nothing receives webhooks.
        Range("2001::/23", "protocol assignments"),
        Range("2001:db8::/32", "documentation"),
        Range("2002::/16", "IPv4 in 6to4"),
        Range("2620:4f:8000::/48", "a sink of the domain name system"),
        Range("3fff::/20", "documentation"),
        Range("5f00::/16", "segment routing"),
        Range("fc00::/7", "unique local"),
        Range("fe80::/10", "link-local"),
        Range("fec0::/10", "site-local"),
        Range("ff00::/8", "multicast"),
    ];

    /// <summary>
    /// Null when a connection may go to this address. Otherwise the kind of address it is, for people; not the address itself, because a
    /// tenant who reads it could map a network that the operator keeps to himself.
    /// </summary>
    public string? Refusal(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);

        // The kernel turns these into IPv4, past every rule for IPv4. Who means an IPv4 address can write one, so no option lets them through.
        if (address.IsIPv4MappedToIPv6)
        {
            return "IPv4 in IPv6";
        }

        // A zone names an interface of this machine.
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0)
        {
            return "an address with a zone";
        }

        if (Allows(address))
        {
            return null;
        }

        foreach (var (network, name) in _special)
        {
            if (network.Contains(address))
            {
                return name;
            }
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => null,
            AddressFamily.InterNetworkV6 when !_globalUnicastV6.Contains(address) => "not assigned to unicast",
            AddressFamily.InterNetworkV6 when IsTunnelled(address) => "IPv4 in ISATAP",
            AddressFamily.InterNetworkV6 => null,
            _ => "neither IPv4 nor IPv6",
        };
    }

    private bool Allows(IPAddress address)
    {
        if (!allowedNetworks.Any(network => network.Contains(address)))
        {
            return false;
        }

        // A network without IPv4 of its own reaches all of it through these; to let them through is not to let private ones through.
        return !_nat64.Contains(address) || Refusal(new IPAddress(address.GetAddressBytes().AsSpan(12))) is null;
    }

    /// <summary>RFC 5214: an interface identifier that holds an IPv4 address, beneath any prefix.</summary>
    private static bool IsTunnelled(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
    }

    private static (IPNetwork Network, string Name) Range(string network, string name) => (IPNetwork.Parse(network), name);
}
