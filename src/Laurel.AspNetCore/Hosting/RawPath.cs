using System.Text;
using System.Text.Unicode;
using Laurel.Facts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// Reads ids from the raw request target: routing shows <c>a%2Fb</c> and <c>a%252Fb</c> alike (pitfall 10). Source: semantics §2.
/// </summary>
internal static class RawPath
{
    /// <summary>
    /// The percent-decoded path segment that has <paramref name="segmentsAfter"/> segments after it, as a participant id. Null with a fault where it is none.
    /// </summary>
    public static string? ParticipantId(HttpContext context, int segmentsAfter, List<Fault> faults)
    {
        var id = Decode(Segment(context, segmentsAfter));
        var fault = id is null ? "must be UTF-8, percent-encoded (RFC 3986)" : id.Contains('\0', StringComparison.Ordinal) ? "must not contain U+0000" : Identifiers.ParticipantIdFault(id);
        if (fault is null)
        {
            return id;
        }

        faults.Add(new Fault("/participant_id", fault));
        return null;
    }

    private static ReadOnlySpan<char> Segment(HttpContext context, int segmentsAfter)
    {
        var target = (context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").AsSpan();
        var end = target.IndexOfAny('?', '#');
        var path = (end < 0 ? target : target[..end]).TrimEnd('/');
        for (; segmentsAfter > 0; segmentsAfter--)
        {
            path = path[..Math.Max(0, path.LastIndexOf('/'))];
        }

        return path[(path.LastIndexOf('/') + 1)..];
    }

    private static string? Decode(ReadOnlySpan<char> segment)
    {
        var bytes = new List<byte>(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                // Kestrel lets only ASCII through here.
                bytes.Add((byte)segment[i]);
                continue;
            }

            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2]))
            {
                return null;
            }

            bytes.Add(Convert.FromHexString(segment.Slice(i + 1, 2))[0]);
            i += 2;
        }

        var decoded = bytes.ToArray();
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }
}
