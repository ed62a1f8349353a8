using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Erasures;

/// <summary>Empties a <c>test</c> environment.</summary>
internal sealed class EnvironmentApi(ILaurelStore store)
{
    private const string Confirmation = "reset";

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/gamify/admin/environment/reset", ResetAsync).RequireAdminKey().Describe(ErasureReference.Reset);

    private async Task ResetAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var faults = new List<Fault>();
        if (BodyMembers.Open(body.RootElement, "", faults)?.Text("confirm", Identifiers.ParticipantIdMaxLength) != Confirmation && faults.Count == 0)
        {
            faults.Add(new Fault("/confirm", $"must be '{Confirmation}': this removes every participant of the environment"));
        }

        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var environment = Caller.Of(context).Environment;
        if (environment.IsLive)
        {
            await Problem.WriteAsync(
                context, StatusCodes.Status409Conflict, "LIVE_ENVIRONMENT", "This key belongs to live, which cannot be reset. Nothing was removed; use a key of test.");
            return;
        }

        // A caller that goes away in the middle does not stop it.
        var removed = await store.ResetAsync(environment, CancellationToken.None);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteBoolean("reset"u8, true);
        writer.WriteNumber("participants_removed"u8, removed);
        writer.WriteEndObject();
    }
}
