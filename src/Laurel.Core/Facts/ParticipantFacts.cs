using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Facts;

/// <summary>
/// The caller changed a participant's profile, or made the participant. <paramref name="Changed"/> has the names of what changed, never the values: those stand in the log alone, so that
/// they can be erased.
/// </summary>
public sealed record ParticipantUpdated(int Place, int CausedBy, GrantSource Source, IReadOnlyList<string> Changed)
    : DerivedFact(Place, CausedBy, Source)
{
    public override string Kind => FactKinds.ParticipantUpdated;

    public override int KindIndex => 20;

    public override string Code => Source.Code;

    public override void WriteData(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("changed"u8);
        foreach (var name in Changed)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
