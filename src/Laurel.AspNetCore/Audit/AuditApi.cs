using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Audit;

/// <summary>Reads the audit log: that of the key's environment, or that of the operators.</summary>
internal sealed class AuditApi(ILaurelStore store)
{
    private const int ActorMaxLength = 255;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/gamify/admin/audit-log", context => ListAsync(context, Caller.Of(context).Environment)).RequireAdminKey().Describe(AuditReference.List);
        routes.MapGet("/api/v1/operator/audit-log", context => ListAsync(context, environment: null)).RequireOperatorKey().Describe(AuditReference.ListOperators);
    }

    private async Task ListAsync(HttpContext context, EnvironmentKey? environment)
    {
        var faults = new List<Fault>();
        var query = context.Request.Query;
        var paging = Paging.Read(query, faults);
        var actor = Actor(query, faults);
        var days = DayRange.Read(query, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var page = await store.ReadAuditAsync(
            new AuditQuery(environment, actor, days.From, days.Through, paging.Page, paging.PageSize), context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteStartArray("entries");
        foreach (var entry in page.Entries)
        {
            Write(writer, entry);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, AuditEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("at", entry.At.ToString());
        writer.WriteStartObject("actor");
        writer.WriteString("key_id", entry.KeyId);
        writer.WriteString("name", entry.KeyName);
        writer.WriteString("prefix", entry.KeyPrefix);
        writer.WriteEndObject();
        writer.WriteString("method", entry.Method);
        writer.WriteString("route", entry.Route);
        writer.WriteString("path", entry.Path);
        writer.WriteNumber("status", entry.Status);
        writer.WriteString("trace_id", entry.TraceId);
        writer.WriteEndObject();
    }

    private static string? Actor(IQueryCollection query, List<Fault> faults)
    {
        var values = query["actor"];
        if (values.Count == 0)
        {
            return null;
        }

        // U+0000 is no text for PostgreSQL, and no key's name holds it.
        if (values.Count > 1 || values[0] is not { Length: > 0 } actor || Identifiers.CodePoints(actor) > ActorMaxLength || actor.Any(char.IsControl))
        {
            faults.Add(new Fault("/actor", $"must be one key_id or name of a key, with 1 to {ActorMaxLength} characters"));
            return null;
        }

        return actor;
    }
}
