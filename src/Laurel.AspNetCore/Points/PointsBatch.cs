using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;

namespace Laurel.AspNetCore.Points;

/// <summary>Up to a hundred awards in one call, each on its own, results in order. Source: gamification-api.md, "Points".</summary>
internal static class PointsBatch
{
    /// <summary>Awards in one call.</summary>
    public const int MostAwards = 100;

    /// <summary>The awards of <c>{awards: […]}</c> with the key of each.</summary>
    public static List<(WriteRequest Write, string? Key)> Read(JsonElement body, string? key, Timestamp now, List<Fault> faults)
    {
        var awards = new List<(WriteRequest Write, string? Key)>();
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("awards", out var items) || items.ValueKind != JsonValueKind.Array
            || items.GetArrayLength() is 0 or > MostAwards)
        {
            faults.Add(new Fault("/awards", $"is required: a list of 1 to {MostAwards} awards"));
            return awards;
        }

        foreach (var item in items.EnumerateArray())
        {
            if (PointsRequests.ReadAward(item, string.Create(CultureInfo.InvariantCulture, $"/awards/{awards.Count}"), now, faults) is not { } award)
            {
                return awards;
            }

            // A space cannot stand in a header's key, so none that a caller sends alone is ever the same.
            awards.Add((award, key is null ? null : string.Create(CultureInfo.InvariantCulture, $"{key} {awards.Count}")));
        }

        return awards;
    }

    /// <summary><c>{processed, failed, results}</c>: each result is an award's own answer with <c>status</c>, or its error.</summary>
    public static ReadOnlyMemory<byte> Answer(IReadOnlyList<WriteRequest> awards, IReadOnlyList<PipelineCommand> commands)
    {
        var buffer = new ArrayBufferWriter<byte>(commands.Count * 512);
        using var writer = new Utf8JsonWriter(buffer, JsonAnswers.Options);
        var processed = commands.Count(command => command.Outcome is CommandOutcome.Answered);
        writer.WriteStartObject();
        writer.WriteNumber("processed"u8, processed);
        writer.WriteNumber("failed"u8, commands.Count - processed);
        writer.WriteStartArray("results"u8);
        for (var i = 0; i < commands.Count; i++)
        {
            Write(writer, awards[i], commands[i].Outcome!);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, WriteRequest award, CommandOutcome outcome)
    {
        writer.WriteStartObject();
        if (outcome is CommandOutcome.Answered answered)
        {
            writer.WriteString("status"u8, "processed"u8);
            using var document = JsonDocument.Parse(answered.Body);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
            return;
        }

        var failure = outcome is CommandOutcome.Refused refused && PointsRefusal.Of(award.Input, refused) is var (status, code, detail)
            ? new EventFailure(status, code, detail, null)
            : EventFailure.Of(outcome);
        writer.WriteString("status"u8, "error"u8);
        writer.WriteString("participant_id"u8, award.ParticipantId);
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
