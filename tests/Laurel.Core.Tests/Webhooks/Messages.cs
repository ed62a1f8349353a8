using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Laurel.Core.Tests.Evaluation;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>Makes messages of decisions, through what the log keeps of them.</summary>
internal static class Messages
{
    // As the shell writes its answers, but checked.
    private static readonly JsonWriterOptions Checked = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the log keeps of a decision that was not refused.</summary>
    public static MessageSource SourceOf(Judgement judged, EnvironmentKey environment, string? participantId)
    {
        var happened = judged.Input as EventInput;
        return new MessageSource(
            environment,
            participantId,
            judged.Decision.State.Seq,
            judged.Input.Id,
            happened?.Name,
            OccurredAt(judged.Input),
            happened?.Properties.Json ?? "{}"u8.ToArray(),
            Encoding.UTF8.GetBytes(Kept.Facts(judged.Decision.Facts)),
            happened is null ? default(ReadOnlyMemory<byte>) : Answer(happened, judged.Decision.Facts));
    }

    public static Timestamp OccurredAt(Input input) => input is EventInput happened ? happened.OccurredAt : input.ReceivedAt;

    public static byte[] Render(MessageSource source, int place) => Written(writer => WebhookPayload.Write(writer, source, place));

    public static byte[] RenderTest(FactId id, Timestamp occurredAt, EnvironmentKey environment, string webhookId) =>
        Written(writer => WebhookPayload.WriteTest(writer, id, occurredAt, environment, webhookId));

    /// <summary>What <paramref name="write"/> writes.</summary>
    public static byte[] Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Checked))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    // The contract's shape of the answer to an event.
    private static byte[] Answer(EventInput input, IReadOnlyList<DerivedFact> facts) => Written(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("event_id", input.Id.ToString());
        writer.WriteString("fact_id", input.FactId.ToString());
        writer.WriteString("status", "processed");
        writer.WritePropertyName("rewards_granted");
        FactDocument.WriteGrants(writer, input.Id, facts);
        writer.WriteEndObject();
    });
}
