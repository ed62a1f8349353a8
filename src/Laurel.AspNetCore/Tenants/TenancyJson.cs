using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.Tenants;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Tenants;

/// <summary>Writes tenants and keys as callers see them. Source: contract/laurel-api.md "Operator".</summary>
internal static class TenancyJson
{
    public static async Task AnswerAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        write(writer);
    }

    public static void Write(Utf8JsonWriter writer, Tenant tenant)
    {
        writer.WriteStartObject();
        writer.WriteString("tenant_id", tenant.Id);
        writer.WriteString("name", tenant.Name);
        writer.WriteString("status", tenant.IsActive ? "active" : "disabled");
        writer.WriteString("time_zone", tenant.TimeZone);
        if (tenant.Rate is { } rate)
        {
            writer.WriteStartObject("participant_rate");
            writer.WriteNumber("per_second", rate.PerSecond);
            writer.WriteNumber("burst", rate.Burst);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("participant_rate");
        }

        writer.WriteString("created_at", tenant.CreatedAt.ToString());
        writer.WriteEndObject();
    }

    /// <summary><paramref name="text"/> is the key itself, known only in the moment it is made.</summary>
    public static void Write(Utf8JsonWriter writer, RingKey entry, string? text = null)
    {
        var key = entry.Key;
        writer.WriteStartObject();
        writer.WriteString("key_id", key.Id);
        if (text is not null)
        {
            writer.WriteString("key", text);
        }

        writer.WriteString("name", key.Name);
        writer.WriteString("environment", key.IsLive ? "live" : "test");
        writer.WriteStartArray("scopes");
        foreach (var scope in key.Scopes)
        {
            writer.WriteStringValue(scope);
        }

        writer.WriteEndArray();
        writer.WriteString("prefix", key.Prefix);
        writer.WriteString("expires_at", key.ExpiresAt?.ToString());
        writer.WriteString("revoked_at", key.RevokedAt?.ToString());
        writer.WriteString("created_at", key.CreatedAt.ToString());
        writer.WriteString("last_used_at", entry.Use.Last?.ToString());
        writer.WriteEndObject();
    }

    /// <summary>An operator's key, which has neither environment nor scopes.</summary>
    public static void WriteOperatorKey(Utf8JsonWriter writer, RingKey entry)
    {
        writer.WriteStartObject();
        writer.WriteString("key_id", entry.Key.Id);
        writer.WriteString("name", entry.Key.Name);
        writer.WriteString("prefix", entry.Key.Prefix);
        writer.WriteString("revoked_at", entry.Key.RevokedAt?.ToString());
        writer.WriteString("created_at", entry.Key.CreatedAt.ToString());
        writer.WriteString("last_used_at", entry.Use.Last?.ToString());
        writer.WriteEndObject();
    }

    public static void WritePage<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> all, Paging paging, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartObject();
        writer.WriteStartArray(name);
        for (var i = paging.Skip; i < Math.Min(all.Count, paging.Skip + paging.PageSize); i++)
        {
            write(writer, all[(int)i]);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", all.Count);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }
}
