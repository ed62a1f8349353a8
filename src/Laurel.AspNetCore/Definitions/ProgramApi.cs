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

namespace Laurel.AspNetCore.Definitions;

/// <summary>The program of an environment: publish it whole, read it back, and see who published what when. Source: laurel-api.md "Program".</summary>
internal sealed class ProgramApi(ILaurelStore store, ProgramPublisher publisher)
{
    private const string Route = "/api/v1/gamify/admin/program";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut(Route, PublishAsync).RequireAdminKey().Describe(ProgramReference.Publish);
        routes.MapGet(Route, ReadAsync).RequireAdminKey().Describe(ProgramReference.Read);
        routes.MapGet($"{Route}/versions", ListVersionsAsync).RequireAdminKey().Describe(ProgramReference.ListVersions);
        routes.MapGet($"{Route}/versions/{{version}}", ReadVersionAsync).RequireAdminKey().Describe(ProgramReference.ReadVersion);
    }

    private async Task PublishAsync(HttpContext context)
    {
        if (await JsonBody.ReadBytesAsync(context, ProgramLimits.DocumentBytes) is not { } document
            || await PublishAnswers.ReadRequestAsync(context) is not { } request)
        {
            return;
        }

        var outcome = await publisher.PublishAsync(request, document, context.RequestAborted);
        await PublishAnswers.WriteAsync(context, outcome, published => PublishAnswers.WriteChangesAsync(context, published));
    }

    private async Task ReadAsync(HttpContext context) =>
        await WriteAsync(context, await store.ReadProgramAsync(Caller.Of(context).Environment, version: null, context.RequestAborted));

    private async Task ListVersionsAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var page = await store.ReadProgramVersionsAsync(Caller.Of(context).Environment, paging.Page, paging.PageSize, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteStartArray("versions");
        foreach (var version in page.Versions)
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", version.Version);
            writer.WriteString("published_at", version.PublishedAt.ToString());
            writer.WriteString("published_by", version.PublishedBy);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private async Task ReadVersionAsync(HttpContext context)
    {
        var text = (string)context.Request.RouteValues["version"]!;
        if (int.TryParse(text, out var version) && version > 0 && text == version.ToString()
            && await store.ReadProgramAsync(Caller.Of(context).Environment, version, context.RequestAborted) is { } program)
        {
            await WriteAsync(context, program);
            return;
        }

        await Problem.WriteAsync(
            context,
            StatusCodes.Status404NotFound,
            "PROGRAM_VERSION_NOT_FOUND",
            $"The program has no version '{(text.Length <= 20 ? text : text[..20] + "…")}'. GET {Route}/versions lists those that it has.");
    }

    private static async Task WriteAsync(HttpContext context, ProgramRow? program)
    {
        var version = program?.Version ?? 0;
        using var document = JsonDocument.Parse(program?.Document ?? ProgramDiff.EmptyDocument);
        context.Response.ContentType = "application/json";
        VersionTag.Set(context, version);
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteNumber("version", version);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
