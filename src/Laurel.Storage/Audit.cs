using Laurel.Facts;
using Laurel.Tenants;

namespace Laurel.Storage;

/// <summary>
/// A write by an administrator or an operator that succeeded. <paramref name="Environment"/> is null for an operator's. <paramref name="Route"/> is the template,
/// <paramref name="Path"/> the same with the codes and ids of definitions in it: neither holds a participant's id nor what a caller wrote into a body.
/// </summary>
public sealed record AuditEntry(
    EnvironmentKey? Environment, Timestamp At, string KeyId, string KeyName, string KeyPrefix, string Method, string Route, string Path, int Status, string TraceId);

/// <summary>
/// Which entries: those of an environment, or the operators' where it is null; of the key whose id or name <paramref name="Actor"/> is; within
/// <paramref name="From"/> and <paramref name="Through"/>, both inclusive. Pages count from 1.
/// </summary>
public sealed record AuditQuery(EnvironmentKey? Environment, string? Actor, Timestamp? From, Timestamp? Through, int Page, int PageSize);

/// <summary>Entries, newest first, and how many there are on all pages.</summary>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long Total);
