using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Participants;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Erasures;

/// <summary>All that is kept of a participant, for whoever asks what is known of them. Streamed: a participant may have millions of inputs.</summary>
internal sealed class ParticipantExportApi(ILaurelStore store, TimeProvider time)
{
    // Each page may walk the participant's whole index.
    private const int PageSize = 5_000;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(ErasureApi.Path + "/export", ExportAsync).RequireAdminKey().Describe(ErasureReference.Export);

    private async Task ExportAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        if (RawPath.ParticipantId(context, segmentsAfter: 1, faults) is not { } participantId)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var name = new ParticipantName(Caller.Of(context).Environment, participantId);
        if (await store.ReadParticipantAsync(name.Environment, name.Id, context.RequestAborted) is not { } participant)
        {
            await ParticipantStateApi.UnknownAsync(context, participantId);
            return;
        }

        // The first page is read before the first byte is written, so that a store that fails is still answered as such.
        var page = await store.ReadLogAsync(name, 0, PageSize, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        WriteStart(writer, participant);
        long seq = 0;
        while (page.Count > 0 && seq < participant.State.Seq)
        {
            foreach (var row in page.Where(row => row.Seq <= participant.State.Seq))
            {
                Write(writer, row);
                seq = row.Seq;
            }

            await writer.FlushAsync(context.RequestAborted);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            page = seq < participant.State.Seq ? await store.ReadLogAsync(name, seq, PageSize, context.RequestAborted) : [];
        }

        // Erased meanwhile: half of a document must not look like a whole one.
        if (seq < participant.State.Seq)
        {
            context.Abort();
            return;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteStart(Utf8JsonWriter writer, ParticipantRow participant)
    {
        writer.WriteStartObject();
        writer.WriteString("participant_id"u8, participant.Name.Id);
        writer.WriteString("created_at"u8, participant.CreatedAt.ToString());
        writer.WriteString("exported_at"u8, Timestamp.From(time.GetUtcNow()).ToString());
        writer.WritePropertyName("state"u8);
        writer.WriteRawValue(StateDocument.Write(participant.State), skipInputValidation: true);
        writer.WriteStartArray("inputs"u8);
    }

    private static void Write(Utf8JsonWriter writer, LogRow row)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seq"u8, row.Seq);
        writer.WriteString("kind"u8, row.Kind switch { InputKind.Event => "event", InputKind.Command => "command", _ => "tick" });
        writer.WriteString("id"u8, row.EventId.ToString());
        writer.WriteString("name"u8, row.EventName);
        writer.WriteString("occurred_at"u8, row.OccurredAt.ToString());
        writer.WriteString("received_at"u8, row.ReceivedAt.ToString());
        writer.WriteNumber("program_version"u8, row.ProgramVersion);
        writer.WritePropertyName("payload"u8);
        writer.WriteRawValue(row.Properties.Span, skipInputValidation: true);
        writer.WriteStartArray("facts"u8);
        using (var facts = JsonDocument.Parse(row.Facts))
        {
            for (var place = 0; place < facts.RootElement.GetArrayLength(); place++)
            {
                Write(writer, row, place, facts.RootElement[place]);
            }
        }

        writer.WriteEndArray();
        writer.WritePropertyName("answer"u8);
        if (row.Answer.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(row.Answer.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, LogRow row, int place, JsonElement fact)
    {
        writer.WriteStartObject();
        writer.WriteString("fact_id"u8, FactRows.IdOf(row, place));
        writer.WriteString("kind"u8, fact.GetProperty("kind"u8).GetString());
        writer.WriteString("code"u8, fact.GetProperty("code"u8).GetString());
        writer.WritePropertyName("data"u8);
        fact.GetProperty("data"u8).WriteTo(writer);
        writer.WriteString("occurred_at"u8, FactRows.OccurredAt(row, fact).ToString());
        writer.WriteString("caused_by"u8, FactDocument.CauseOf(fact, row.EventId, row.Kind == InputKind.Event)?.ToString());
        writer.WriteEndObject();
    }
}
