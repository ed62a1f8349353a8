using System.Buffers;
using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Evaluation;

/// <summary>
/// Something that a caller asks for, by its name in the log: points by hand, an enrolment, a claim. Each mechanic's folder holds its own.
/// It is carried out whole, or refused and leaves no trace.
/// </summary>
public abstract record CommandInput(FactId Id, Timestamp ReceivedAt) : Input(Id, ReceivedAt)
{
    /// <summary>Its name in the log; <see cref="CommandNames"/> reads it back.</summary>
    public abstract string Name { get; }

    /// <summary>Its payload in the log: a JSON object.</summary>
    public Properties Payload()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        WriteMembers(writer);
        writer.WriteEndObject();
        writer.Flush();
        return Properties.ReadTrusted(buffer.WrittenSpan);
    }

    /// <summary>Writes the members of the payload, all that it takes to make the command again.</summary>
    protected abstract void WriteMembers(Utf8JsonWriter writer);

    /// <summary>Carries it out, or sets <see cref="Draft.Refusal"/>.</summary>
    internal abstract void Apply(Draft draft);
}
