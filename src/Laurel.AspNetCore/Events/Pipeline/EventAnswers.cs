using System.Buffers;
using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.AspNetCore.Events.Pipeline;

/// <summary>Writes what a batch keeps as JSON, with one buffer for all of it.</summary>
internal sealed class EventAnswers : IDisposable
{
    private static readonly byte[] NoFacts = "[]"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _writer;

    public EventAnswers() => _writer = new Utf8JsonWriter(_buffer, JsonAnswers.Options);

    /// <summary>The body of the answer to an event. Source: contract, "Response fields".</summary>
    public byte[] WriteAnswer(EventInput input, IReadOnlyList<DerivedFact> facts)
    {
        Restart();
        Span<char> id = stackalloc char[26];
        _writer.WriteStartObject();
        input.Id.Value.TryWriteStringify(id);
        _writer.WriteString("event_id"u8, id);
        input.FactId.Value.TryWriteStringify(id);
        _writer.WriteString("fact_id"u8, id);
        _writer.WriteString("status"u8, "processed"u8);
        _writer.WritePropertyName("rewards_granted"u8);
        FactDocument.WriteGrants(_writer, input.Id, facts);
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>The derived facts as they are kept.</summary>
    public byte[] WriteFacts(IReadOnlyList<DerivedFact> facts)
    {
        if (facts.Count == 0)
        {
            return NoFacts;
        }

        Restart();
        FactDocument.Write(_writer, facts);
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _writer.Dispose();

    private void Restart()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
    }
}
