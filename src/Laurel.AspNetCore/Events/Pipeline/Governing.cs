using Laurel.AspNetCore.Webhooks;
using Laurel.Rules;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>What governs an environment within a batch: its rules, and who is told of what they conclude.</summary>
internal sealed record Governing(RuleBook Book, Subscribers Subscribers);
