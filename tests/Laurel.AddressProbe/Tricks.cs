using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Laurel.AddressProbe;

/// <summary>What attackers write and what their name servers answer, by the hundred. Sources: IANA's registries, RFC 4291, 5214, 6052, 3056, 4380; inet_aton(3).</summary>
internal static class Tricks
{
    private const string Public = "93.184.216.34";
    private const string PublicV6 = "2606:4700::6810:84e5";

    private static readonly string[] _rangesV4 =
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    ];

    private static readonly string[] _rangesV6 =
    [
        "::/128", "::1/128", "::/96", "::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "200::/7", "400::/6", "1000::/4", "2001::/32", "2001:1::/128", "2001:2::/48",
        "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "4000::/3",
        "5f00::/16", "8000::/3", "c000::/3", "fc00::/7", "fd00::/8", "fe80::/10", "fec0::/10", "ff00::/8",
    ];

    /// <summary>Addresses worth reaching: this machine, the network beside it, the metadata of several clouds.</summary>
    private static readonly string[] _targets =
        ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16"];

    private static readonly string[] _targetsV6 = ["::1", "fd00:ec2::254", "fd20:ce::254", "fc00::1", "fec0::1"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Case> All(NameServer names)
    {
        var list = new CaseList(names);
        Ranges(list);
        Spellings(list);
        Embedded(list);
        Answers(list);
        Rebinding(list);
        Names(list);
        UrlTricks(list);
        Elsewhere(list);
        PublicOnes(list);
        return list.Cases;
    }

    private static void Ranges(CaseList list)
    {
        foreach (var range in _rangesV4.Concat(_rangesV6))
        {
            foreach (var address in Edges(IPNetwork.Parse(range)))
            {
                list.Refused("an address of a special range, by name", $"http://{list.Name(address.ToString())}/");
                list.Refused("an address of a special range, written out", $"http://{Host(address)}:8080/");
            }
        }
    }

    private static void Spellings(CaseList list)
    {
        foreach (var target in _targets)
        {
            foreach (var spelling in SpellingsOf(target))
            {
                list.Refused("IPv4 in an unusual spelling", $"http://{spelling}/");
            }

            // Padded with zeros, which makes some numbers octal: another address then, which may be public.
            var padded = target.Split('.').Select(part => part.PadLeft(3, '0'));
            var octal = padded.Select(part => part[0] == '0' && !part.Contains('8') && !part.Contains('9') ? Convert.ToInt32(part, 8) : int.Parse(part, CultureInfo.InvariantCulture));
            string[] public3 = ["8.0.0.1", "172.14.0.1", "168.51.129.14"];
            list.Bounded("IPv4 in an unusual spelling", $"http://{string.Join('.', padded)}/", [.. public3.Where(address => address == string.Join('.', octal))]);
        }
    }

    private static IEnumerable<string> SpellingsOf(string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        var number = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var (a, b, c, d) = (bytes[0], bytes[1], bytes[2], bytes[3]);
        return
        [
            number.ToString(CultureInfo.InvariantCulture),
            $"0x{number:x}",
            $"0X{number:X8}",
            $"0{Convert.ToString(number, 8)}",
            $"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
            $"0x000{a:x}.{b}.{c}.{d}",
            string.Join('.', bytes.Select(part => $"0{Convert.ToString(part, 8)}")),
            string.Join('.', bytes.Select(part => $"000{Convert.ToString(part, 8)}")),
            $"{a}.{(b << 16) + (c << 8) + d}",
            $"{a}.{b}.{(c << 8) + d}",
            $"0x{a:x}.{b}.0{Convert.ToString((c << 8) + d, 8)}",
            $"{a}.{b}.{c}.{d}.",
            $"{number}.",
            $"{a + 256}.{b}.{c}.{d}",
            $"{number + 4_294_967_296}",
        ];
    }

    private static void Embedded(CaseList list)
    {
        foreach (var target in _targets)
        {
            var hex = Convert.ToHexStringLower(IPAddress.Parse(target).GetAddressBytes());
            var (high, low) = (hex[..4], hex[4..]);
            var inverted = Convert.ToHexStringLower([.. IPAddress.Parse(target).GetAddressBytes().Select(part => (byte)(part ^ 0xff))]);
            string[] forms =
            [
                $"::ffff:{target}", $"0:0:0:0:0:ffff:{high}:{low}", $"::{target}", $"::ffff:0:{target}", $"64:ff9b::{target}", $"64:ff9b:1::{target}",
                $"2002:{high}:{low}::1", $"2001:0:4136:e378:8000:63bf:{inverted[..4]}:{inverted[4..]}", $"2606:4700::5efe:{target}", $"2606:4700::200:5efe:{target}",
            ];
            foreach (var form in forms)
            {
                list.Refused("IPv4 inside IPv6, written out", $"http://[{form}]/");
                list.Refused("IPv4 inside IPv6, by name", $"http://{list.Name(form)}/");
            }
        }
    }

    /// <summary>Answers that hold good and bad addresses: one bad one spoils them all.</summary>
    private static void Answers(CaseList list)
    {
        const string Kind = "public and refused addresses in one answer";
        foreach (var target in _targets.Concat(_targetsV6))
        {
            list.Refused(Kind, $"http://{list.Name(Public, target)}/");
            list.Refused(Kind, $"http://{list.Name(target, Public)}/");
            list.Refused(Kind, $"http://{list.Name(PublicV6, target)}/");
            list.Refused(Kind, $"http://{list.Name(Public, "8.8.8.8", "1.1.1.1", "9.9.9.9", PublicV6, target)}/");
        }
    }

    /// <summary>A good address for the look that checks, and a bad one for the look that connects.</summary>
    private static void Rebinding(CaseList list)
    {
        const string Kind = "a name whose address changes";
        foreach (var target in _targets.Concat(_targetsV6))
        {
            list.Bounded(Kind, $"http://{list.NameInTurn([Public], [target])}/", Public);
            list.Bounded(Kind, $"http://{list.NameInTurn([Public, PublicV6], [target])}/", Public, PublicV6);
            list.Bounded(Kind, $"http://{list.NameInTurn([Public], [Public], [target])}/", Public);
            list.Bounded(Kind, $"http://{list.NameInTurn([target], [Public], [target])}/", Public);
            list.Bounded(Kind, $"http://{list.NameInTurn([Public], [Public, target])}/", Public);
        }
    }

    private static void Names(CaseList list)
    {
        const string Kind = "a name that means this machine or its neighbours";
        (string Name, string Address)[] known =
        [
            ("localhost", "127.0.0.1"), ("localhost.", "127.0.0.1"), ("LOCALHOST", "127.0.0.1"), ("LocalHost.", "127.0.0.1"), ("app.localhost", "127.0.0.1"),
            ("localhost.localdomain", "127.0.0.1"), ("ip6-localhost", "::1"), ("metadata.google.internal", "169.254.169.254"),
            ("metadata.google.internal.", "169.254.169.254"), ("metadata", "169.254.169.254"), ("instance-data", "169.254.169.254"),
            ("instance-data.ec2.internal", "169.254.169.254"), ("metadata.azure.internal", "168.63.129.16"), ("kubernetes.default.svc", "10.96.0.1"),
            ("kubernetes.default.svc.cluster.local", "10.96.0.1"), ("host.docker.internal", "172.17.0.1"), ("gateway.docker.internal", "172.17.0.1"),
            ("router.home.arpa", "192.168.1.1"), ("printer.local", "192.168.1.9"), ("127.0.0.1.nip.test", "127.0.0.1"), ("10-0-0-1.nip.test", "10.0.0.1"),
            ("a.b.c.169.254.169.254.nip.test", "169.254.169.254"), ("xn--127-0-0-1.test", "127.0.0.1"), ("_internal.test", "10.0.0.1"),
        ];
        foreach (var (name, address) in known)
        {
            list.Refused(Kind, $"http://{list.Known(name, address)}/latest/meta-data/");
            list.Refused(Kind, $"http://{list.Known(name, address)}:6379/");
        }

        foreach (var target in _targets)
        {
            list.Refused("an alias of a refused name", $"http://{list.Alias(list.Name(target))}/");
            list.Refused("an alias of a refused name", $"http://{list.Alias(list.Alias(list.Name(Public, target)))}/");
        }
    }

    private static void UrlTricks(CaseList list)
    {
        const string Kind = "a URL that can be read in two ways";
        var good = list.Name(Public);
        string[] urls =
        [
            $"http://{good}@127.0.0.1/", $"http://{good}:80@127.0.0.1/", $"http://{good}%40127.0.0.1/", $"http://{good}:@127.0.0.1:80/", $"http://a@{good}@127.0.0.1/",
            $"http://127.0.0.1\\@{good}/", $"http://{good}\\@127.0.0.1/", $"http://127.0.0.1\\.{good}/", $"http:\\\\127.0.0.1\\", $"http:/\\127.0.0.1/", $"http:///127.0.0.1/",
            $"http:127.0.0.1/", $"http:/127.0.0.1/", $"//127.0.0.1/", $"http://127.0.0.1#@{good}/", $"http://127.0.0.1?@{good}/", $"http://127.0.0.1;@{good}/",
            $"http://127.0.0.1&@{good}/", $"http://127.0.0.1 @{good}/", $"http://127.0.0.1\t/", $"http://127.0.0.1\n/", $"http://127.0.0.1%00.{good}/", $"http://127.0.0.1%20/",
            $"http://127.0.0.1%2f@{good}/", $"http://%31%32%37%2e%30%2e%30%2e%31/", $"http://127%2e0%2e0%2e1/", $"http://127.0.0.1:80:8080/", $"http://127.0.0.1:+80/",
            $"http://127.0.0.1:/", $"http://127.0.0.1:080/", " http://127.0.0.1/", "http://127.0.0.1/ ", "\u0000http://127.0.0.1/", "http://[127.0.0.1]/", "http://[::1%25lo]/",
            "http://[::1%lo]/", "http://[fe80::1%25lo]/", "http://[fe80::1%251]/", "http://[fe80::1%1]/", "http://[fe80::1]/", "http://[::1]:80/", "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
            "http://[::0001]/", "http://[0::1]/", "http://[::]/", "http://[::ffff:7f00:1]/", "http://[::FFFF:127.0.0.1]/", "http://[::ffff:0x7f.1]/", "http://::1/", "http://0/", "http://0.0/",
            "http://0x0/", "http://00000/", "http://①②⑦.⓪.⓪.①/", "http://⑯⑨。②⑤④。⑯⑨。②⑤④/", "http://１２７.０.０.１/", "http://127。0。0。1/", "http://127．0．0．1/",
            "http://127｡0｡0｡1/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://ｌｏｃａｌｈｏｓｔ/", "http://loca\u00ADlhost/", "http://local\u200Bhost/", "http://lo\u0441alhost/", "http://127.0.0.1\u3000/",
            "http://1２7.0.0.1/", "http://٠x7f.1/", "http://[::ffff:①②⑦.0.0.1]/",
        ];
        foreach (var url in urls)
        {
            list.Bounded(Kind, url, Public);
        }

        foreach (var scheme in new[] { "ftp", "gopher", "file", "ws", "redis", "dict", "ldap", "jar:http", "view-source:http", "unix", "tcp", "HTTP+UNIX" })
        {
            list.Refused("a scheme that is not http", $"{scheme}://127.0.0.1:6379/");
        }
    }

    /// <summary>A public receiver that sends on to a refused address.</summary>
    private static void Elsewhere(CaseList list)
    {
        string[] places = ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1:8080/", "http://[::1]/", "http://[::ffff:10.0.0.1]/"];
        foreach (var place in places)
        {
            foreach (var status in new[] { 300, 301, 302, 303, 307, 308 })
            {
                list.Permitted("a redirect to a refused address", $"http://{list.Name(Public)}/redirect/{status}/{Uri.EscapeDataString(place)}", Public);
            }

            foreach (var header in new[] { "Location", "Content-Location", "Refresh", "Link", "Alt-Svc" })
            {
                var value = header switch { "Refresh" => $"0; url={place}", "Link" => $"<{place}>; rel=preload", "Alt-Svc" => "h3=\"127.0.0.1:443\", h2=\"127.0.0.1:443\"", _ => place };
                list.Permitted("a header that points to a refused address", $"http://{list.Name(Public)}/header/{header}/{Uri.EscapeDataString(value)}", Public);
            }
        }

        foreach (var place in new[] { "http://127.0.0.9/", "http://10.66.0.1/", "http://169.254.169.254/", "http://192.168.66.1:8080/", "http://[fd00:ec2::254]/", "http://[::1]/" })
        {
            var host = Certificates.HostFor(place, "probe.test");
            list.Permitted("a certificate whose issuer lies at a refused address", $"https://{list.Known(host, Public)}/", Public);
        }
    }

    /// <summary>The positive control: what must arrive, for else nothing is proved by what does not.</summary>
    private static void PublicOnes(CaseList list)
    {
        string[] addresses =
        [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
            "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.17",
            "2001:200::1", "2001:4860:4860::8888", "2606:4700::6810:84e5", "2a00:1450:4001:80b::200e", "2c0f:fb50::1",
        ];
        foreach (var address in addresses)
        {
            list.Permitted("a public address, by name", $"http://{list.Name(address)}/", address);
            list.Permitted("a public address, written out", $"http://{Host(IPAddress.Parse(address))}:8080/hook", address);
        }

        list.Permitted("a public address, by name", $"http://{list.Name("1.1.1.1", "8.8.8.8", "2606:4700::1")}/", "1.1.1.1", "8.8.8.8", "2606:4700::1");
        list.Permitted("a public address, by name", $"http://{list.Alias(list.Name("8.8.8.8"))}/", "8.8.8.8");
    }

    /// <summary>The first, the second, a middle and the last address of a range.</summary>
    private static IEnumerable<IPAddress> Edges(IPNetwork range)
    {
        var length = range.BaseAddress.GetAddressBytes().Length;
        var padded = new byte[16];
        range.BaseAddress.GetAddressBytes().CopyTo(padded, 16 - length);
        var first = BinaryPrimitives.ReadUInt128BigEndian(padded);
        var last = first | ((UInt128.One << ((length * 8) - range.PrefixLength)) - 1);
        foreach (var place in new[] { first, UInt128.Min(last, first + 1), first + ((last - first) / 2), last }.Distinct())
        {
            BinaryPrimitives.WriteUInt128BigEndian(padded, place);
            yield return new IPAddress(padded.AsSpan(16 - length));
        }
    }

    private static string Host(IPAddress address) => address.GetAddressBytes().Length == 4 ? address.ToString() : $"[{address}]";
}
