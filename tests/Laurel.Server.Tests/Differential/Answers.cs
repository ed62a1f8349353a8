using System.Text;
using System.Text.RegularExpressions;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Differential;

/// <summary>
/// An answer as a text that must be the same from both servers: status, headers, body. Left out are the header <c>Date</c>, which is the web server's own clock, and the values of
/// <c>trace_id</c> in problems, which names a connection, and of <c>published_by</c>, the id of a key that each server's first start makes; nothing else.
/// </summary>
internal static partial class Answers
{
    public static string Text(Reply reply)
    {
        var headers = reply.Headers
            .Where(header => !header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase))
            .Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}")
            .Order(StringComparer.Ordinal);
        return $"{reply.Status}\n{string.Join('\n', headers)}\n\n{Own().Replace(Encoding.UTF8.GetString(reply.Body), "${name}…\"")}";
    }

    [GeneratedRegex("(?<name>\"(trace_id|published_by)\":\")[^\"]*\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Own();
}
