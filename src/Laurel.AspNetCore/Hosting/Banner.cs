using System.Reflection;
using Laurel.AspNetCore.Tenants;

namespace Laurel.AspNetCore.Hosting;

/// <summary>What a start prints for people.</summary>
internal static class Banner
{
    private static readonly string Version = typeof(Banner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>An address that the person who started the server can call: a wildcard becomes this machine.</summary>
    public static string Reachable(IEnumerable<string> addresses) =>
        (addresses.FirstOrDefault() ?? "http://127.0.0.1")
            .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .TrimEnd('/');

    /// <summary>Where it listens, and where it keeps its data.</summary>
    public static string Listening(string address, string location) =>
        $"""
        Laurel {Version} listens on {address} and keeps its data in {location}
        Read and try the API at {address}/docs

        """;

    /// <summary>The first keys, and a call ready to paste that earns points and a badge from the demo program.</summary>
    public static string FirstKeys(string address, FirstKeys keys) =>
        $$$"""

        This store is new. These are its first keys; they are shown now and never again.

          {{{keys.Test}}}   environment test (holds the demo program)
          {{{keys.Live}}}   environment live
          {{{keys.Operator}}}     operator: tenants and keys

        Emit an event, and see points and a badge come back:

        curl -s {{{address}}}/api/v1/gamify/events \
          -H 'X-API-Key: {{{keys.Test}}}' \
          -H 'Content-Type: application/json' \
          -d '{"participant_id":"user_42","event_name":"purchase_completed","properties":{"amount":49.99,"currency":"USD"}}'


        """;
}
