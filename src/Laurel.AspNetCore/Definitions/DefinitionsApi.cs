using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Rules;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Laurel.AspNetCore.Definitions;

/// <summary>The program of an environment: publish it whole, and read it back. Source: laurel-api.md "Program".</summary>
internal sealed class DefinitionsApi(ILaurelStore store, ProgramPublisher publisher)
{
    private const string Route = "/api/v1/gamify/admin/program";
    private const string DryRun = "dry_run";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut(Route, PublishAsync).RequireAdminKey().Describe(DefinitionsReference.Publish);
        routes.MapGet(Route, ReadAsync).RequireAdminKey().Describe(DefinitionsReference.Read);
    }

    private async Task PublishAsync(HttpContext context)
    {
        if (await JsonBody.ReadBytesAsync(context, ProgramLimits.DocumentBytes) is not { } document)
        {
            return;
        }

        if (ReadDryRun(context.Request.Query) is not { } dryRun)
        {
            await Problem.UnprocessableAsync(context, [new Fault($"/{DryRun}", "must be true or false, and stand once")]);
            return;
        }

        var caller = Caller.Of(context);
        var ifMatch = context.Request.Headers.IfMatch;
        var outcome = await publisher.PublishAsync(
            caller.Environment, document, caller.Key.Id, ifMatch.Count == 0 ? null : version => Fits(ifMatch!, version), dryRun, context.RequestAborted);
        await AnswerAsync(context, outcome);
    }

    private async Task ReadAsync(HttpContext context)
    {
        var program = await store.ReadProgramAsync(Caller.Of(context).Environment, version: null, context.RequestAborted);
        var version = program?.Version ?? 0;
        using var document = JsonDocument.Parse(program?.Document ?? ProgramDiff.EmptyDocument);
        context.Response.ContentType = "application/json";
        context.Response.Headers.ETag = Tag(version);
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteNumber("version", version);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static Task AnswerAsync(HttpContext context, PublishOutcome outcome) => outcome switch
    {
        PublishOutcome.Published published => WriteAsync(context, published),
        PublishOutcome.Faulty faulty => Problem.UnprocessableAsync(context, faulty.Faults),
        PublishOutcome.Mismatch mismatch => Problem.WriteAsync(
            context,
            StatusCodes.Status412PreconditionFailed,
            "PROGRAM_VERSION_MISMATCH",
            $"The newest program is version {mismatch.Newest}, which If-Match '{Shown(context.Request.Headers.IfMatch.ToString())}' does not name. "
            + $"GET it, put your change into it, and send it with If-Match: {Tag(mismatch.Newest)}."),
        _ => Problem.WriteAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            "PROGRAM_BUSY",
            "Others kept publishing while this document was to be kept, and nothing of it was. Send it again.",
            retryAfterSeconds: 1),
    };

    private static async Task WriteAsync(HttpContext context, PublishOutcome.Published published)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.ETag = Tag(published.Version);
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteNumber("version", published.Version);
        writer.WriteStartArray("changes");
        foreach (var change in published.Changes)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", change.Kind);
            writer.WriteString("code", change.Code);
            writer.WriteString("change", change.Change);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("published_at", published.PublishedAt?.ToString());
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

    /// <summary>RFC 9110 §13.1.1: any of the listed strong tags, or <c>*</c> for any program at all. What is no list of tags fits nothing.</summary>
    private static bool Fits(IList<string> ifMatch, int version)
    {
        var tag = new EntityTagHeaderValue(Tag(version));
        return EntityTagHeaderValue.TryParseStrictList(ifMatch, out var tags)
            && tags.Any(asked => asked.Equals(EntityTagHeaderValue.Any) ? version > 0 : asked.Compare(tag, useStrongComparison: true));
    }

    private static string Tag(int version) => $"\"{version}\"";

    private static string Shown(string text)
    {
        const int Most = 100;
        return text.Length <= Most ? text : text[..Most] + "…";
    }
}
