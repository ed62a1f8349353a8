using Laurel.Server.Tests.Harness;

namespace Laurel.Simulation;

/// <summary>The host that runs Laurel with one thing broken on purpose (tests/Laurel.Simulation.Host).</summary>
internal static class Sabotage
{
    /// <summary>Commits return before the store has kept anything, and keep it a moment later.</summary>
    public const string AcknowledgeBeforeCommit = "acknowledge-before-commit";

    /// <summary>The unique index on idempotency keys is gone, and no earlier answer is ever found.</summary>
    public const string NoKeyIndex = "no-key-index";

    /// <summary>New deliveries are found by <c>id > last</c>, where <c>last</c> is kept when they are handed out, instead of claimed row by row.</summary>
    public const string PollByLast = "poll-by-last";

    /// <summary>Deliveries are removed when they are claimed, before anything is sent.</summary>
    public const string CompleteBeforeSend = "complete-before-send";

    /// <summary>What is to be delivered is kept in a transaction of its own, a moment after the event's commit.</summary>
    public const string OutboxApart = "outbox-apart";

    /// <summary>Participants' rows are read before they are held, and not again.</summary>
    public const string NoRowLock = "no-row-lock";

    /// <summary>A server, not started, that is broken in the way of <paramref name="kind"/>.</summary>
    public static LaurelServer Create(string kind)
    {
        var server = new LaurelServer(executable: Repository.BuiltPath("tests/Laurel.Simulation.Host", "Laurel.Simulation.Host.dll"));
        server.Settings["LAUREL_SABOTAGE"] = kind;
        return server;
    }
}
