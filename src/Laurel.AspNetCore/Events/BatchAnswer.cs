using System.Buffers;
using System.Text.Json;
using Laurel.AspNetCore.Events.Pipeline;

namespace Laurel.AspNetCore.Events;

/// <summary>The body that answers a batch: each item's own answer, byte for byte, in submission order. Source: contract; laurel-api.md for failed items.</summary>
internal static class BatchAnswer
{
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<PipelineCommand> commands)
    {
        var buffer = new ArrayBufferWriter<byte>(commands.Count * 768);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        var processed = commands.Count(command => command.Outcome is CommandOutcome.Answered);
        writer.WriteStartObject();
        writer.WriteNumber("processed"u8, processed);
        writer.WriteNumber("failed"u8, commands.Count - processed);
        writer.WriteStartArray("results"u8);
        foreach (var command in commands)
        {
            if (command.Outcome is CommandOutcome.Answered answered)
            {
                writer.WriteRawValue(answered.Body, skipInputValidation: true);
            }
            else
            {
                WriteFailure(writer, EventFailure.Of(command.Outcome!));
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteFailure(Utf8JsonWriter writer, EventFailure failure)
    {
        writer.WriteStartObject();
        writer.WriteNull("event_id"u8);
        writer.WriteNull("fact_id"u8);
        writer.WriteString("status"u8, "error"u8);
        writer.WriteStartArray("rewards_granted"u8);
        writer.WriteEndArray();
        writer.WriteStartObject("error"u8);
        writer.WriteString("code"u8, failure.Code);
        writer.WriteString("detail"u8, failure.Detail);
        if (failure.RetryAfterSeconds is { } seconds)
        {
            writer.WriteNumber("retry_after_seconds"u8, seconds);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
