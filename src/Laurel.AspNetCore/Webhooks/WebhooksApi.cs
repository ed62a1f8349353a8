using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.AspNetCore.Webhooks.Dispatch;
using Laurel.AspNetCore.Webhooks.Sending;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>
/// Webhooks of the key's environment: make, list, change, delete, rotate their secrets. What becomes of their messages is <see cref="WebhookMessagesApi"/>'s.
/// Source: semantics §10.
/// </summary>
internal sealed class WebhooksApi(ILaurelStore store, SecretSeal seal, AddressGuard guard, WebhookDispatcher dispatcher, LaurelOptions options, RandomNumberGenerator random, TimeProvider time)
{
    /// <summary>Secrets that a webhook may have at once: each signs every message, and a receiver has to try each.</summary>
    public const int SecretLimit = 5;

    // Each lost race is another's success, so only a crowd of writers comes here.
    private const int TryLimit = 100;

    private const string NoKey =
        "The server has no key to encrypt the secret with; its log says why. Its operator can set the option Laurel:Webhooks:EncryptionKey.";

    /// <summary>How long a secret still signs beside its successor.</summary>
    private static readonly TimeSpan _overlap = TimeSpan.FromHours(24);

    private static readonly string[] _statuses = ["enabled", "disabled"];

    private Timestamp Now => Timestamp.From(time.GetUtcNow());

    public void Map(IEndpointRouteBuilder routes)
    {
        const string One = WebhookAnswers.Path + "/{webhook_id}";
        routes.MapPost(WebhookAnswers.Path, CreateAsync).RequireAdminKey().Describe(WebhooksReference.Create);
        routes.MapGet(WebhookAnswers.Path, ListAsync).RequireAdminKey().Describe(WebhooksReference.List);
        routes.MapGet(One, ReadAsync).RequireAdminKey().Describe(WebhooksReference.Read);
        routes.MapPatch(One, ChangeAsync).RequireAdminKey().Describe(WebhooksReference.Change);
        routes.MapDelete(One, DeleteAsync).RequireAdminKey().Describe(WebhooksReference.Delete);
        routes.MapPost(One + "/rotate-secret", RotateAsync).RequireAdminKey().Describe(WebhooksReference.Rotate);
        routes.MapPost(One + "/enable", context => EditAsync(context, before => EndpointDecision.Between(before, WebhookRequests.Enabled(before))))
            .RequireAdminKey().Describe(WebhooksReference.Enable);
        routes.MapPost(One + "/disable", context => EditAsync(context, before => EndpointDecision.Between(before, WebhookRequests.Disabled(before))))
            .RequireAdminKey().Describe(WebhooksReference.Disable);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var (caller, now, faults) = (Caller.Of(context), Now, new List<Fault>());
        var blank = new WebhookEndpoint(
            0, NewId(), caller.Environment, 0, "", "", ["*"], EndpointStatus.Enabled, null, [], now, now, null);
        var asked = WebhookRequests.ReadEndpoint(body.RootElement, blank, guard, faults, "secret");
        var secret = WebhookRequests.ReadSecret(body.RootElement, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        if (seal.Seal(asked.Id, secret!) is not { } sealedSecret)
        {
            await NoKeyAsync(context);
            return;
        }

        var endpoint = asked with { Secrets = [new SealedSecret(sealedSecret, ValidUntil: null)] };
        var note = new EndpointNote(now, caller.Key.Prefix, "created", $"url is {asked.Url}; event_types are {string.Join(", ", asked.EventTypes)}; status is {WebhookAnswers.StatusOf(asked)}");
        if (await store.Webhooks.WriteEndpointAsync(endpoint, note, options.WebhooksEndpointLimit, context.RequestAborted) is not { } written)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status409Conflict,
                "WEBHOOK_LIMIT_REACHED",
                $"This environment has {options.WebhooksEndpointLimit} webhooks, and may have no more. Delete one, or ask the server's operator to raise Webhooks:EndpointLimit.");
            return;
        }

        context.Response.Headers.Location = $"{WebhookAnswers.Path}/{written.Id}";
        await WebhookAnswers.AnswerAsync(context, StatusCodes.Status201Created, written, seal, now, new ShownSecret(secret!, PreviousValidUntil: null));
    }

    private string NewId()
    {
        Span<byte> drawn = stackalloc byte[10];
        random.GetBytes(drawn);
        return Ulid.NewUlid(time.GetUtcNow(), drawn).ToString();
    }

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        var status = WebhookRequests.ReadChoice(context.Request.Query, "status", _statuses, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var all = await store.Webhooks.ReadEndpointsAsync(Caller.Of(context).Environment, context.RequestAborted);
        List<WebhookEndpoint> asked = [.. all.Where(endpoint => status is null || WebhookAnswers.StatusOf(endpoint) == status)];
        var page = paging.Skip < asked.Count ? asked.Skip((int)paging.Skip).Take(paging.PageSize) : [];
        await WebhookAnswers.AnswerPageAsync(context, "webhooks", page, asked.Count, paging, (writer, endpoint) => WebhookAnswers.Write(writer, endpoint, seal, Now));
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (await WebhookAnswers.FindAsync(context, store) is { } endpoint)
        {
            await WebhookAnswers.AnswerAsync(context, StatusCodes.Status200OK, endpoint, seal, Now);
        }
    }

    private async Task ChangeAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        await EditAsync(context, before =>
        {
            var faults = new List<Fault>();
            var after = WebhookRequests.ReadEndpoint(body.RootElement, before, guard, faults);
            return faults.Count == 0 ? EndpointDecision.Between(before, after) : new EndpointDecision.Faulty(faults);
        });
    }

    // Its secrets go at once; what else is left of it is removed in time.
    private Task DeleteAsync(HttpContext context) => EditAsync(
        context,
        before => new EndpointDecision.Change(before with { Status = EndpointStatus.Deleted, Secrets = [] }, "deleted", $"url was {before.Url}"),
        _ =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });

    private async Task RotateAsync(HttpContext context)
    {
        // Who gives no secret has nothing to say, and need not say so.
        var isEmpty = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false;
        using var body = isEmpty ? JsonDocument.Parse("{}"u8.ToArray()) : await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var faults = new List<Fault>();
        if (WebhookRequests.ReadRotation(body.RootElement, faults) is not { } secret || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        await EditAsync(
            context,
            before => Rotate(before, secret, Now),
            after => WebhookAnswers.AnswerAsync(
                context, StatusCodes.Status200OK, after, seal, Now, new ShownSecret(secret, after.Secrets.Count > 1 ? after.Secrets[1].ValidUntil : null)));
    }

    private EndpointDecision Rotate(WebhookEndpoint before, WebhookSecret secret, Timestamp now)
    {
        var ends = now.Plus(_overlap);
        List<SealedSecret> valid = [.. before.Secrets
            .Where(old => old.ValidUntil is not { } until || until > now)
            .Select(old => old with { ValidUntil = old.ValidUntil ?? ends })];
        if (valid.Exists(old => seal.Open(before.Id, old.Sealed) is { } known && known.Key.SequenceEqual(secret.Key)))
        {
            return new EndpointDecision.Faulty([new Fault("/secret", "is a secret of this webhook already. Give another one, or leave it out to have one made.")]);
        }

        if (valid.Count >= SecretLimit)
        {
            return new EndpointDecision.Refused(
                HttpStatusCode.Conflict,
                "WEBHOOK_SECRET_LIMIT_REACHED",
                $"This webhook has {valid.Count} secrets that are still valid, and may have no more. The next one ends at {valid.Min(old => old.ValidUntil)}.");
        }

        return seal.Seal(before.Id, secret) is { } sealedSecret
            ? new EndpointDecision.Change(
                before with { Secrets = [new SealedSecret(sealedSecret, ValidUntil: null), .. valid] }, "secret_rotated", $"the secret before signs until {ends}")
            : new EndpointDecision.Refused(HttpStatusCode.ServiceUnavailable, "WEBHOOK_KEY_UNAVAILABLE", NoKey);
    }

    /// <summary>
    /// Reads, decides, writes, and begins again where another writer came between; <paramref name="answer"/> answers the webhook as it is then, which is the default.
    /// With <c>If-Match</c> the other's write ends it.
    /// </summary>
    private async Task EditAsync(HttpContext context, Func<WebhookEndpoint, EndpointDecision> decide, Func<WebhookEndpoint, Task>? answer = null)
    {
        answer ??= endpoint => WebhookAnswers.AnswerAsync(context, StatusCodes.Status200OK, endpoint, seal, Now);
        var condition = VersionTag.ConditionOf(context);
        for (var i = 0; i < TryLimit; i++)
        {
            if (await WebhookAnswers.FindAsync(context, store) is not { } before)
            {
                return;
            }

            if (condition?.Invoke(before.Revision) == false)
            {
                VersionTag.Set(context, before.Revision);
                await Problem.WriteAsync(
                    context,
                    StatusCodes.Status412PreconditionFailed,
                    "WEBHOOK_REVISION_MISMATCH",
                    $"The webhook was changed since: its ETag is {VersionTag.Of(before.Revision)}, which If-Match does not name. GET it, and send your change again with that tag.");
                return;
            }

            switch (decide(before))
            {
                case EndpointDecision.Nothing:
                    await answer(before);
                    return;
                case EndpointDecision.Faulty faulty:
                    await Problem.UnprocessableAsync(context, faulty.Faults);
                    return;
                case EndpointDecision.Refused refused:
                    await Problem.WriteAsync(context, (int)refused.Status, refused.Code, refused.Detail);
                    return;
                case EndpointDecision.Change change when await WriteAsync(context, change) is { } after:
                    dispatcher.Recall(after.Key);
                    await answer(after);
                    return;
            }
        }

        await Problem.WriteAsync(
            context, StatusCodes.Status503ServiceUnavailable, "WEBHOOK_BUSY", "Others kept changing this webhook, and nothing of this request was kept. Send it again.", retryAfterSeconds: 1);
    }

    private ValueTask<WebhookEndpoint?> WriteAsync(HttpContext context, EndpointDecision.Change change)
    {
        var now = Now;
        return store.Webhooks.WriteEndpointAsync(
            change.After with { UpdatedAt = now },
            new EndpointNote(now, Caller.Of(context).Key.Prefix, change.Word, change.Detail),
            options.WebhooksEndpointLimit,
            context.RequestAborted);
    }

    private static Task NoKeyAsync(HttpContext context) =>
        Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "WEBHOOK_KEY_UNAVAILABLE", NoKey);
}
