using System.Net;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>Looks names up as the system does.</summary>
internal static class SystemLookup
{
    /// <summary>
    /// The addresses of <paramref name="host"/>. The system's call blocks its thread until a name server answers, or for many seconds where none does. It has a thread of
    /// its own, so that names which hang take none of those that serve requests; how many there are follows from how many attempts there may be at once.
    /// </summary>
    public static Task<IPAddress[]> FindAsync(string host, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => Dns.GetHostAddresses(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellation);
}
