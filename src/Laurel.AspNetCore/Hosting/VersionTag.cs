using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Laurel.AspNetCore.Hosting;

/// <summary>
/// A number that grows with each change, as an entity tag: <c>ETag</c> of every answer about the thing, <c>If-Match</c> of a write that must come on top of it. It is
/// a program's version (one definition has the tag of its program, since a definition is judged beside all others) or a webhook's revision.
/// Source: laurel-api.md "Program".
/// </summary>
internal static class VersionTag
{
    public static string Of(int version) => $"\"{version}\"";

    public static void Set(HttpContext context, int version) => context.Response.Headers.ETag = Of(version);

    /// <summary>Whether the newest version, 0 for none, is one that the request wants to replace; null where it replaces any.</summary>
    public static Func<int, bool>? ConditionOf(HttpContext context)
    {
        var ifMatch = context.Request.Headers.IfMatch;
        return ifMatch.Count == 0 ? null : version => Fits(ifMatch!, version);
    }

    /// <summary>RFC 9110 §13.1.1: any of the listed strong tags, or <c>*</c> for any version at all. What is no list of tags fits nothing.</summary>
    private static bool Fits(IList<string> ifMatch, int version)
    {
        var tag = new EntityTagHeaderValue(Of(version));
        return EntityTagHeaderValue.TryParseStrictList(ifMatch, out var tags)
            && tags.Any(asked => asked.Equals(EntityTagHeaderValue.Any) ? version > 0 : asked.Compare(tag, useStrongComparison: true));
    }
}
