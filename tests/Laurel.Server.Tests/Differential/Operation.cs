using Laurel.Server.Tests.Load;

namespace Laurel.Server.Tests.Differential;

/// <summary>What is done to both servers. <paramref name="Kind"/> is what it is counted under.</summary>
internal abstract record Operation(string Kind);

/// <summary>A request over HTTP.</summary>
internal sealed record Ask(string Kind, GeneratedRequest Request, string? IfMatch = null) : Operation(Kind);

/// <summary>Time passes, and then the clock wakes whoever is due.</summary>
internal sealed record Jump(TimeSpan Span) : Operation("time jump");

/// <summary>One round of a dispatcher that sends nothing: spread, claim, and fates of what was claimed that <paramref name="Seed"/> draws.</summary>
internal sealed record Deliver(int Seed) : Operation("deliveries");
