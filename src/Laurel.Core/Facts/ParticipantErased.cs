using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>The participant was erased. It names nobody: its data is empty.</summary>
public sealed record ParticipantErased(int Place, int CausedBy, GrantSource Source) : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.ParticipantErased;

    public override int KindIndex => 21;

    public override string Code => "participant";

    public override void WriteData(Utf8JsonWriter writer)
    {
        // Nothing may be said of who is gone.
    }
}
