using System.Net;
using Laurel.AspNetCore.Webhooks.Sending;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Which addresses are public. Source: IANA's registries of special-purpose addresses.</summary>
public sealed class AddressGuardTests
{
    private readonly AddressGuard _guard = new([]);

    [Theory]
    [InlineData("1.0.0.0")]
    [InlineData("8.8.8.8")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.0")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.0.1.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2001:200::")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2001:db7:ffff::")]
    [InlineData("2001:db9::")]
    [InlineData("2003::")]
    [InlineData("2606:4700::6810:84e5")]
    [InlineData("2a00:1450:4001:80b::200e")]
    public void Public_addresses_up_to_the_edges_are_permitted(string address) => Assert.Null(_guard.Refusal(IPAddress.Parse(address)));

    [Theory]
    [InlineData("0.0.0.0/8", "this network")]
    [InlineData("10.0.0.0/8", "private use")]
    [InlineData("100.64.0.0/10", "shared by a carrier")]
    [InlineData("127.0.0.0/8", "loopback")]
    [InlineData("169.254.0.0/16", "link-local")]
    [InlineData("172.16.0.0/12", "private use")]
    [InlineData("192.168.0.0/16", "private use")]
    [InlineData("198.18.0.0/15", "benchmarks")]
    [InlineData("224.0.0.0/4", "multicast")]
    [InlineData("240.0.0.0/4", "reserved")]
    [InlineData("168.63.129.16/32", "a cloud's metadata")]
    [InlineData("::/96", null)]
    [InlineData("::ffff:0:0/96", "IPv4 in IPv6")]
    [InlineData("64:ff9b::/96", "IPv4 behind a translator")]
    [InlineData("64:ff9b:1::/48", "IPv4 behind a translator")]
    [InlineData("1::/16", "not assigned to unicast")]
    [InlineData("1000::/4", "not assigned to unicast")]
    [InlineData("2001::/32", "protocol assignments")]
    [InlineData("2001:20::/28", "protocol assignments")]
    [InlineData("2001:db8::/32", "documentation")]
    [InlineData("2002::/16", "IPv4 in 6to4")]
    [InlineData("3fff::/20", "documentation")]
    [InlineData("4000::/3", null)]
    [InlineData("8000::/2", "not assigned to unicast")]
    [InlineData("fc00::/7", "unique local")]
    [InlineData("fe80::/10", "link-local")]
    [InlineData("fec0::/10", "site-local")]
    [InlineData("ff00::/8", "multicast")]
    public void The_first_and_the_last_address_of_a_special_range_are_refused(string range, string? kind)
    {
        var network = IPNetwork.Parse(range);
        foreach (var address in new[] { network.BaseAddress, Last(network) })
        {
            var refusal = _guard.Refusal(address);
            Assert.NotNull(refusal);
            Assert.Equal(kind ?? refusal, refusal);
        }
    }

    [Theory]
    [InlineData("2606:4700::5efe:a00:1")]
    [InlineData("2606:4700::200:5efe:a00:1")]
    public void A_tunnel_under_a_public_prefix_is_refused(string address) => Assert.Equal("IPv4 in ISATAP", _guard.Refusal(IPAddress.Parse(address)));

    [Fact]
    public void An_address_with_a_zone_is_refused_whatever_is_allowed()
    {
        var guard = new AddressGuard([IPNetwork.Parse("::/0"), IPNetwork.Parse("0.0.0.0/0")]);

        Assert.Equal("an address with a zone", guard.Refusal(new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), 2)));
        Assert.Null(guard.Refusal(IPAddress.Parse("fe80::1")));
        Assert.Equal("IPv4 in IPv6", guard.Refusal(IPAddress.Parse("::ffff:8.8.8.8")));
    }

    [Fact]
    public void A_named_network_is_let_through_and_no_other()
    {
        var guard = new AddressGuard([IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00::/64")]);

        Assert.Null(guard.Refusal(IPAddress.Parse("10.1.255.255")));
        Assert.Null(guard.Refusal(IPAddress.Parse("fd00::1")));
        Assert.Equal("private use", guard.Refusal(IPAddress.Parse("10.2.0.0")));
        Assert.Equal("IPv4 in IPv6", guard.Refusal(IPAddress.Parse("::ffff:10.1.0.1")));
        Assert.Equal("unique local", guard.Refusal(IPAddress.Parse("fd00:0:0:1::1")));
    }

    [Fact]
    public void Behind_an_allowed_translator_the_address_within_is_judged()
    {
        var guard = new AddressGuard([IPNetwork.Parse("64:ff9b::/96"), IPNetwork.Parse("10.1.0.0/16")]);

        Assert.Null(guard.Refusal(IPAddress.Parse("64:ff9b::8.8.8.8")));
        Assert.Null(guard.Refusal(IPAddress.Parse("64:ff9b::10.1.0.1")));
        Assert.NotNull(guard.Refusal(IPAddress.Parse("64:ff9b::10.2.0.1")));
        Assert.NotNull(guard.Refusal(IPAddress.Parse("64:ff9b::127.0.0.1")));
    }

    private static IPAddress Last(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
