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

/// <summary>
/// The program's definitions one at a time. They are the program's: each write makes its next version, whole and checked whole.
/// Source: gamification-api.md "Admin definitions", program.md.
/// </summary>
internal sealed class DefinitionsApi(ILaurelStore store, ProgramPublisher publisher)
{
    private static readonly JsonElement Deactivation = JsonElement.Parse("""{"is_active":false}""");

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var section in DefinitionSection.All)
        {
            var (list, one) = (section.Path, section.PathOf("{code}"));
            var reference = DefinitionsReference.Of(section);
            routes.MapGet(list, context => ListAsync(context, section)).RequireAdminKey().Describe(reference.List);
            routes.MapPost(list, context => CreateAsync(context, section)).RequireAdminKey().Describe(reference.Create);
            routes.MapGet(one, context => ReadAsync(context, section)).RequireAdminKey().Describe(reference.Read);
            routes.MapPut(one, context => ReplaceAsync(context, section)).RequireAdminKey().Describe(reference.Replace);
            routes.MapPatch(one, context => PatchAsync(context, section)).RequireAdminKey().Describe(reference.Change);
            routes.MapDelete(one, context => DeactivateAsync(context, section)).RequireAdminKey().Describe(reference.Deactivate);
        }
    }

    private async Task ListAsync(HttpContext context, DefinitionSection section)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        var isActive = ReadIsActive(context.Request.Query, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        using var document = await ReadNewestAsync(context);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteStartArray(section.Name);
        var total = 0L;
        foreach (var definition in section.In(document.RootElement))
        {
            if (isActive is not null && isActive != DefinitionSection.IsActive(definition))
            {
                continue;
            }

            if (total >= paging.Skip && total < paging.Skip + paging.PageSize)
            {
                definition.WriteTo(writer);
            }

            total++;
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private async Task ReadAsync(HttpContext context, DefinitionSection section)
    {
        using var document = await ReadNewestAsync(context);
        await (section.Find(document.RootElement, CodeOf(context)) is { } found
            ? WriteAsync(context, StatusCodes.Status200OK, found.Definition)
            : PublishAnswers.NoDefinitionAsync(context, section, CodeOf(context)));
    }

    private async Task CreateAsync(HttpContext context, DefinitionSection section)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var edit = new DefinitionEdit.Create(section, body.RootElement);
        await EditAsync(context, edit, published =>
        {
            context.Response.Headers.Location = section.PathOf(edit.Code!);
            return WriteAsync(context, StatusCodes.Status201Created, section, edit.Code!, published);
        });
    }

    private async Task ReplaceAsync(HttpContext context, DefinitionSection section)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is not null)
        {
            await EditAsync(
                context,
                new DefinitionEdit.Replace(section, CodeOf(context), body.RootElement),
                published => WriteAsync(context, StatusCodes.Status200OK, section, CodeOf(context), published));
        }
    }

    private async Task PatchAsync(HttpContext context, DefinitionSection section)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is not null)
        {
            await EditAsync(
                context,
                new DefinitionEdit.Patch(section, CodeOf(context), body.RootElement),
                published => WriteAsync(context, StatusCodes.Status200OK, section, CodeOf(context), published));
        }
    }

    private Task DeactivateAsync(HttpContext context, DefinitionSection section) => EditAsync(
        context,
        new DefinitionEdit.Patch(section, CodeOf(context), Deactivation),
        _ =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });

    private async Task EditAsync(HttpContext context, DefinitionEdit edit, Func<PublishOutcome.Published, Task> succeed)
    {
        if (await PublishAnswers.ReadRequestAsync(context) is not { } request)
        {
            return;
        }

        var outcome = await publisher.EditAsync(request, edit, context.RequestAborted);
        await PublishAnswers.WriteAsync(context, outcome, request.IsDryRun ? published => PublishAnswers.WriteChangesAsync(context, published) : succeed);
    }

    /// <summary>The newest document, with its version set as the answer's tag. The caller disposes it.</summary>
    private async Task<JsonDocument> ReadNewestAsync(HttpContext context)
    {
        var program = await store.ReadProgramAsync(Caller.Of(context).Environment, version: null, context.RequestAborted);
        VersionTag.Set(context, program?.Version ?? 0);
        return JsonDocument.Parse(program?.Document ?? ProgramDiff.EmptyDocument);
    }

    private static async Task WriteAsync(HttpContext context, int status, DefinitionSection section, string code, PublishOutcome.Published published)
    {
        using var document = JsonDocument.Parse(published.Document);
        await WriteAsync(context, status, section.Find(document.RootElement, code)!.Value.Definition);
    }

    private static async Task WriteAsync(HttpContext context, int status, JsonElement definition)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        definition.WriteTo(writer);
    }

    // Codes have no letter that a path would encode, so what routing decoded can be no other code.
    private static string CodeOf(HttpContext context) => (string)context.Request.RouteValues["code"]!;

    private static bool? ReadIsActive(IQueryCollection query, List<Fault> faults)
    {
        const string Name = "is_active";
        var values = query[Name];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count == 1 && bool.TryParse(values[0], out var isActive))
        {
            return isActive;
        }

        faults.Add(new Fault($"/{Name}", "must be true or false, and stand once"));
        return null;
    }
}
