using System.Buffers;
using System.Net;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>
/// What a webhook's address may look like. Spellings that two readers could take for different hosts are refused outright: the guard at
/// connect time would hold without it, but a person should hear at once what is wrong.
/// </summary>
internal static class WebhookUrl
{
    /// <summary>Characters of a URL at most.</summary>
    public const int MaxCharacters = 2048;

    private const string SchemeEnd = "://";
    private const string NoHost = "The URL has no host, or a host or port that cannot be.";

    private static readonly SearchValues<char> _visible = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);
    private static readonly SearchValues<char> _hostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

    /// <summary>
    /// Reads a URL, or says in sentences what is wrong with it and returns null. An address that stands in it is judged at once; a name is
    /// judged by what it resolves to, each time a connection is made.
    /// </summary>
    /// <param name="text">The URL as it was given.</param>
    /// <param name="isLive">Whether it is for the environment <c>live</c>, which takes https only.</param>
    /// <param name="guard">Which addresses there may be.</param>
    /// <param name="faults">Receives what is wrong.</param>
    public static Uri? Read(string text, bool isLive, AddressGuard guard, ICollection<string> faults)
    {
        if (text.Length > MaxCharacters)
        {
            faults.Add($"The URL has {text.Length} characters; {MaxCharacters} are allowed.");
            return null;
        }

        if (text.AsSpan().ContainsAnyExcept(_visible))
        {
            faults.Add("The URL holds a character that is not visible ASCII; write an international host in its xn-- form, and percent-encode the rest.");
            return null;
        }

        if (!IsScheme(text, Uri.UriSchemeHttp) && !IsScheme(text, Uri.UriSchemeHttps))
        {
            faults.Add("The URL must be absolute and start with https:// or http://.");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            faults.Add(NoHost);
            return null;
        }

        var before = faults.Count;
        if (isLive && uri.Scheme != Uri.UriSchemeHttps)
        {
            faults.Add("The URL must start with https:// in the environment live.");
        }

        if (text.Contains('#', StringComparison.Ordinal))
        {
            faults.Add("The URL has a fragment (#…), which is never sent; leave it out.");
        }

        if (HostFault(AuthorityOf(text), uri, guard) is { } fault)
        {
            faults.Add(fault);
        }

        return faults.Count == before ? uri : null;
    }

    private static string? HostFault(ReadOnlySpan<char> authority, Uri uri, AddressGuard guard)
    {
        if (authority.Contains('@'))
        {
            return "The URL holds a user name or a password; leave them out, and check the signature instead.";
        }

        if (uri.Host.Length == 0 || authority.ContainsAnyExcept(_hostCharacters))
        {
            return NoHost;
        }

        if (uri.Port == 0)
        {
            return "The URL has port 0; the ports are 1 to 65535.";
        }

        if (!IPAddress.TryParse(uri.Host, out var address))
        {
            // RFC 6761 fixes what this name means.
            return IsLocalhost(uri.Host) ? AddressFault(IPAddress.Loopback, guard) : null;
        }

        // 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 are all one address to some readers and other hosts to others.
        if (uri.HostNameType == UriHostNameType.IPv4 && !IsWrittenAs(authority, uri.Host))
        {
            return $"The URL writes an IPv4 address in an unusual way; write it as {uri.Host}.";
        }

        return AddressFault(address, guard);
    }

    private static string? AddressFault(IPAddress address, AddressGuard guard) =>
        guard.Refusal(address) is { } kind ? $"The URL's address is refused: {kind}. An operator can let a network through with the option Webhooks:AllowedNetworks." : null;

    private static bool IsScheme(string text, string scheme) =>
        text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && text.AsSpan(scheme.Length).StartsWith(SchemeEnd, StringComparison.Ordinal);

    /// <summary>The host and port as they were written, before <see cref="Uri"/> made sense of them.</summary>
    private static ReadOnlySpan<char> AuthorityOf(string text)
    {
        var rest = text.AsSpan(text.IndexOf(SchemeEnd, StringComparison.Ordinal) + SchemeEnd.Length);
        var end = rest.IndexOfAny("/?#");
        return end < 0 ? rest : rest[..end];
    }

    private static bool IsLocalhost(string host)
    {
        var name = host.AsSpan().TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsWrittenAs(ReadOnlySpan<char> authority, string host) =>
        authority.StartsWith(host, StringComparison.Ordinal) && (authority.Length == host.Length || authority[host.Length] == ':');
}
