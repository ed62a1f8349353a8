using System.Text.Json;
using Laurel.AspNetCore.Audit;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Rules;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Definitions;

/// <summary>What writers of the whole program and of single definitions ask and hear alike.</summary>
internal static class PublishAnswers
{
    private const string DryRun = "dry_run";

    /// <summary>What the request says beside its body; null when that was refused: then 422 has been answered.</summary>
    public static async ValueTask<PublishRequest?> ReadRequestAsync(HttpContext context)
    {
        if (ReadDryRun(context.Request.Query) is not { } dryRun)
        {
            await Problem.UnprocessableAsync(context, [new Fault($"/{DryRun}", "must be true or false, and stand once")]);
            return null;
        }

        if (dryRun)
        {
            AuditTrail.NoteTried(context);
        }

        var caller = Caller.Of(context);
        return new PublishRequest(caller.Environment, caller.Tenant.TimeZone, caller.Key.Id, VersionTag.ConditionOf(context), dryRun);
    }

    /// <summary>Answers what became of a write; <paramref name="succeed"/> answers one that was kept.</summary>
    public static Task WriteAsync(HttpContext context, PublishOutcome outcome, Func<PublishOutcome.Published, Task> succeed)
    {
        if (outcome.Newest is { } newest)
        {
            VersionTag.Set(context, newest);
        }

        return outcome switch
        {
            PublishOutcome.Published published => succeed(published),
            PublishOutcome.Faulty faulty => Problem.UnprocessableAsync(context, faulty.Faults),
            PublishOutcome.Mismatch mismatch => Problem.WriteAsync(
                context,
                StatusCodes.Status412PreconditionFailed,
                "PROGRAM_VERSION_MISMATCH",
                $"The newest program is version {mismatch.Newest}, which If-Match '{Shown(context.Request.Headers.IfMatch.ToString())}' does not name. "
                + $"GET it, put your change into it, and send it with If-Match: {VersionTag.Of(mismatch.Newest ?? 0)}."),
            PublishOutcome.NoDefinition none => NoDefinitionAsync(context, none.Section, none.Code),
            PublishOutcome.Taken taken => Problem.WriteAsync(
                context,
                StatusCodes.Status409Conflict,
                "DEFINITION_EXISTS",
                taken.IsActive
                    ? $"The program has {taken.Section.Noun} '{taken.Code}' already. Send it to {taken.Section.PathOf(taken.Code)} with PUT or PATCH to change it, or use another code."
                    : $"The program has {taken.Section.Noun} '{taken.Code}' already, which is not active. Send {{\"is_active\": true}} to "
                        + $"{taken.Section.PathOf(taken.Code)} with PATCH to bring it back, or use another code."),
            _ => Problem.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "PROGRAM_BUSY",
                "Others kept publishing while this was to be kept, and nothing of it was. Send it again.",
                retryAfterSeconds: 1),
        };
    }

    /// <summary>404 for a code that a section does not have.</summary>
    public static Task NoDefinitionAsync(HttpContext context, DefinitionSection section, string code) => Problem.WriteAsync(
        context,
        StatusCodes.Status404NotFound,
        "DEFINITION_NOT_FOUND",
        $"The program has no {section.Word} '{Shown(code)}'. GET {section.Path} lists those that it has.");

    /// <summary>The version, and what led to it.</summary>
    public static async Task WriteChangesAsync(HttpContext context, PublishOutcome.Published published)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteNumber("version", published.Version);
        writer.WriteStartArray("changes");
        foreach (var change in published.Changes)
        {
            Write(writer, change);
        }

        writer.WriteEndArray();
        writer.WriteString("published_at", published.PublishedAt?.ToString());
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ProgramChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", change.Kind);
        writer.WriteString("code", change.Code);
        writer.WriteString("change", change.Change);
        if (change.Progress.Count > 0)
        {
            writer.WriteStartArray("progress");
            foreach (var effect in change.Progress)
            {
                writer.WriteStartObject();
                if (effect.Objective is not null)
                {
                    writer.WriteString("objective", effect.Objective);
                }

                writer.WriteString("effect", effect.Effect);
                writer.WriteString("note", effect.Note);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static bool? ReadDryRun(IQueryCollection query)
    {
        var values = query[DryRun];
        return values.Count switch
        {
            0 => false,
            1 when string.Equals(values[0], "true", StringComparison.OrdinalIgnoreCase) => true,
            1 when string.Equals(values[0], "false", StringComparison.OrdinalIgnoreCase) => false,
            _ => null,
        };
    }

    private static string Shown(string text)
    {
        const int Most = 100;
        return text.Length <= Most ? text : text[..Most] + "…";
    }
}
