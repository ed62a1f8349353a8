using System.Net;
using Laurel.AspNetCore.Webhooks.Sending;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Which URLs a webhook may have. Source: semantics §10, docs/operate/webhooks.md.</summary>
public sealed class WebhookUrlTests
{
    [Theory]
    [InlineData("https://example.com", true)]
    [InlineData("HTTPS://Example.COM/Hook?a=b%20c&d=@e", true)]
    [InlineData("https://example.com:8443/hook", true)]
    [InlineData("https://xn--bcher-kva.example./", true)]
    [InlineData("https://93.184.216.34:8443/", true)]
    [InlineData("https://[2606:4700::6810:84e5]:8443/", true)]
    [InlineData("http://example.com/", false)]
    [InlineData("http://under_score.example.com/", false)]
    public void An_ordinary_url_is_taken(string url, bool isLive) => Assert.Empty(Faults(url, isLive));

    [Theory]
    [InlineData("", "must be absolute")]
    [InlineData("/hook", "must be absolute")]
    [InlineData("//example.com/", "must be absolute")]
    [InlineData("example.com", "must be absolute")]
    [InlineData("https:example.com", "must be absolute")]
    [InlineData("https:/example.com", "must be absolute")]
    [InlineData("https://", "cannot be")]
    [InlineData("ftp://example.com/", "must be absolute")]
    [InlineData("file:///etc/passwd", "must be absolute")]
    [InlineData("javascript:alert(1)", "must be absolute")]
    [InlineData(" https://example.com/", "not visible ASCII")]
    [InlineData("https://example.com/a b", "not visible ASCII")]
    [InlineData("https://exa\tmple.com/", "not visible ASCII")]
    [InlineData("https://example.com/\r\nHost: inside", "not visible ASCII")]
    [InlineData("https://bücher.example/", "xn-- form")]
    [InlineData("https://①②⑦.⓪.⓪.①/", "xn-- form")]
    [InlineData("https://example。com/", "xn-- form")]
    [InlineData("https://user@example.com/", "user name")]
    [InlineData("https://user:password@example.com/", "user name")]
    [InlineData("https://example.com@127.0.0.1/", "user name")]
    [InlineData("https://example.com\\@127.0.0.1/", "cannot be")]
    [InlineData("https://example.com\\.inside/", "cannot be")]
    [InlineData("https://%31%32%37.0.0.1/", "cannot be")]
    [InlineData("https://[fe80::1%25eth0]/", "cannot be")]
    [InlineData("https://example.com:65536/", "cannot be")]
    [InlineData("https://example.com:0/", "port 0")]
    [InlineData("https://example.com/#part", "fragment")]
    [InlineData("https://example.com/#", "fragment")]
    [InlineData("https://127.0.0.1/", "refused: loopback")]
    [InlineData("https://10.1.2.3/", "refused: private use")]
    [InlineData("https://[::1]/", "refused: loopback")]
    [InlineData("https://[::ffff:8.8.8.8]/", "refused: IPv4 in IPv6")]
    [InlineData("https://localhost/", "refused: loopback")]
    [InlineData("https://LOCALHOST.:8080/", "refused: loopback")]
    [InlineData("https://app.localhost/", "refused: loopback")]
    [InlineData("https://127.1/", "write it as 127.0.0.1")]
    [InlineData("https://2130706433/", "write it as 127.0.0.1")]
    [InlineData("https://0x7f000001/", "write it as 127.0.0.1")]
    [InlineData("https://0177.0.0.01/", "write it as 127.0.0.1")]
    [InlineData("https://134744072/", "write it as 8.8.8.8")]
    public void Another_is_refused_with_a_sentence(string url, string said) =>
        Assert.Contains(said, Assert.Single(Faults(url, isLive: true)), StringComparison.Ordinal);

    [Fact]
    public void In_live_it_is_https_only()
    {
        Assert.Contains("live", Assert.Single(Faults("http://example.com/", isLive: true)), StringComparison.Ordinal);
        Assert.Equal(3, Faults("http://user@example.com/#part", isLive: true).Count);
    }

    [Fact]
    public void The_longest_has_2048_characters()
    {
        var longest = "https://example.com/" + new string('x', 2048 - 20);

        Assert.Empty(Faults(longest, isLive: true));
        Assert.Contains("2049 characters", Assert.Single(Faults(longest + "x", isLive: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_operator_lets_through_may_be_written_too()
    {
        var guard = new AddressGuard([IPNetwork.Parse("127.0.0.0/8")]);

        Assert.Empty(Faults("http://127.0.0.1:3000/", isLive: false, guard));
        Assert.Empty(Faults("http://localhost:3000/", isLive: false, guard));
        Assert.Single(Faults("http://10.0.0.1/", isLive: false, guard));
    }

    private static List<string> Faults(string url, bool isLive, AddressGuard? guard = null)
    {
        var faults = new List<string>();
        var read = WebhookUrl.Read(url, isLive, guard ?? new AddressGuard([]), faults);
        Assert.Equal(faults.Count == 0, read is not null);
        return faults;
    }
}
