using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Laurel.AddressProbe;

/// <summary>Certificates whose issuer is missing, and which say where it could be fetched.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, X509Certificate2> _made = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The host whose certificate names this place: its first label holds it in hexadecimal.</summary>
    public static string HostFor(string place, string domain) => $"x{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(place))}.{domain}";

    /// <summary>The certificate of a host.</summary>
    public X509Certificate2 For(string host) => _made.GetOrAdd(host, Make);

    public void Dispose()
    {
        foreach (var certificate in _made.Values)
        {
            certificate.Dispose();
        }

        _key.Dispose();
    }

    private X509Certificate2 Make(string host)
    {
        var place = PlaceIn(host);
        var request = new CertificateRequest($"CN={host[..Math.Min(host.Length, 40)]}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host.Length == 0 ? "nobody.test" : host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([$"{place}ocsp"], [$"{place}issuer.crt"]));

        using var issuer = RSA.Create(2048);
        var signer = X509SignatureGenerator.CreateForRSA(issuer, RSASignaturePadding.Pkcs1);
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var bare = request.Create(new X500DistinguishedName("CN=The missing issuer"), signer, from, to, [1, 2, 3, 4]);
        using var withKey = bare.CopyWithPrivateKey(_key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string PlaceIn(string host)
    {
        var label = host.Split('.')[0];
        return label.StartsWith('x') && label.Length % 2 == 1 && label.Skip(1).All(char.IsAsciiHexDigit)
            ? Encoding.UTF8.GetString(Convert.FromHexString(label.AsSpan(1)))
            : "http://127.0.0.1/";
    }
}
