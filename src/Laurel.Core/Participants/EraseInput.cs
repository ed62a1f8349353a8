using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Participants;

/// <summary>
/// Everything that was ever said of the participant goes: what is left is what totals need. The store takes the rest out of the log in the same commit.
/// Source: semantics §12.
/// </summary>
public sealed record EraseInput(FactId Id, Timestamp ReceivedAt) : CommandInput(Id, ReceivedAt)
{
    public const string CommandName = "participant.erase";

    internal static readonly GrantSource Source = new("api", "erase");

    public override string Name => CommandName;

    protected override void WriteMembers(Utf8JsonWriter writer)
    {
        // It says no more than its name does.
    }

    internal override void Apply(Draft draft)
    {
        if (draft.IsNew)
        {
            draft.Refusal = Refusal.ParticipantNotFound;
            return;
        }

        draft.Erase(Source);
    }
}
