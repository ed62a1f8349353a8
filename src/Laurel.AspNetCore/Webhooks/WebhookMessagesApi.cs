using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>What becomes of a webhook's messages: try it, look at attempts and dead letters, send again, read what was changed. Source: semantics §10.</summary>
internal sealed class WebhookMessagesApi(ILaurelStore store, WebhookTest test, OutboxSignal signal, TimeProvider time)
{
    private static readonly string[] _outcomes = ["delivered", "failed", "dead"];

    private Timestamp Now => Timestamp.From(time.GetUtcNow());

    public void Map(IEndpointRouteBuilder routes)
    {
        const string One = WebhookAnswers.Path + "/{webhook_id}";
        routes.MapPost(One + "/test", TestAsync).RequireAdminKey().Describe(WebhookMessagesReference.Test);
        routes.MapGet(One + "/attempts", AttemptsAsync).RequireAdminKey().Describe(WebhookMessagesReference.Attempts);
        routes.MapGet(One + "/dead-letters", DeadLettersAsync).RequireAdminKey().Describe(WebhookMessagesReference.DeadLetters);
        routes.MapPost(One + "/dead-letters/replay", ReplayDeadLettersAsync).RequireAdminKey().Describe(WebhookMessagesReference.ReplayDeadLetters);
        routes.MapPost(One + "/messages/{message_id}/replay", ReplayMessageAsync).RequireAdminKey().Describe(WebhookMessagesReference.ReplayMessage);
        routes.MapGet(One + "/history", HistoryAsync).RequireAdminKey().Describe(WebhookMessagesReference.History);
    }

    private async Task TestAsync(HttpContext context)
    {
        if (await WebhookAnswers.FindAsync(context, store) is not { } endpoint)
        {
            return;
        }

        if (await test.RunAsync(endpoint) is not { } attempt)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "WEBHOOK_TESTS_BUSY",
                $"{WebhookTest.RunningLimit} webhooks are being tried, and no more at once. Nothing was sent; try again.",
                retryAfterSeconds: 1);
            return;
        }

        await WebhookAnswers.AnswerAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message_id", attempt.MessageId.ToString());
            writer.WriteBoolean("delivered", attempt.Outcome == "delivered");
            WebhookAnswers.WriteResult(writer, attempt);
            writer.WriteEndObject();
        });
    }

    private async Task AttemptsAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var query = context.Request.Query;
        var paging = Paging.Read(query, faults);
        var messageId = WebhookRequests.ReadMessageId(query, faults);
        var outcome = WebhookRequests.ReadChoice(query, "outcome", _outcomes, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        if (await WebhookAnswers.FindAsync(context, store) is { } endpoint)
        {
            var page = await store.Webhooks.ReadAttemptsAsync(
                new AttemptsQuery(endpoint.Key, messageId, outcome, paging.Page, paging.PageSize), context.RequestAborted);
            await WebhookAnswers.AnswerPageAsync(context, "attempts", page.Attempts, page.Total, paging, WebhookAnswers.Write);
        }
    }

    private async Task DeadLettersAsync(HttpContext context)
    {
        if (await ReadPagingAsync(context) is { } paging && await WebhookAnswers.FindAsync(context, store) is { } endpoint)
        {
            var page = await store.Webhooks.ReadDeadLettersAsync(endpoint.Key, paging.Page, paging.PageSize, context.RequestAborted);
            await WebhookAnswers.AnswerPageAsync(context, "dead_letters", page.Letters, page.Total, paging, WebhookAnswers.Write);
        }
    }

    private async Task ReplayDeadLettersAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var faults = new List<Fault>();
        var (since, until) = WebhookRequests.ReadRange(body.RootElement, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        if (await WebhookAnswers.FindAsync(context, store) is { } endpoint)
        {
            var replayed = await store.Webhooks.ReplayDeadLettersAsync(endpoint.Key, since, until, Now, context.RequestAborted);
            signal.Set();
            await WebhookAnswers.AnswerAsync(context, StatusCodes.Status200OK, writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("replayed", replayed);
                writer.WriteEndObject();
            });
        }
    }

    private async Task ReplayMessageAsync(HttpContext context)
    {
        if (await WebhookAnswers.FindAsync(context, store) is not { } endpoint)
        {
            return;
        }

        // The first id of an input's block is the event's, not a message's.
        if (WebhookRequests.ReadMessageId((string?)context.Request.RouteValues["message_id"]) is not { } id
            || id.Split() is not { Offset: > 0 } split
            || !await store.Webhooks.ReplayMessageAsync(
                endpoint.Key, endpoint.Environment, split.InputId, split.Offset - DerivedFact.IdOffset(0), Now, context.RequestAborted))
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "MESSAGE_NOT_FOUND",
                "This key's environment has no fact of this id. A message's id is the fact_id of what it tells, not the event_id.");
            return;
        }

        signal.Set();
        await WebhookAnswers.AnswerAsync(context, StatusCodes.Status202Accepted, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message_id", id.ToString());
            writer.WriteEndObject();
        });
    }

    private async Task HistoryAsync(HttpContext context)
    {
        if (await ReadPagingAsync(context) is { } paging && await WebhookAnswers.FindAsync(context, store) is { } endpoint)
        {
            var page = await store.Webhooks.ReadNotesAsync(endpoint.Key, paging.Page, paging.PageSize, context.RequestAborted);
            await WebhookAnswers.AnswerPageAsync(context, "history", page.Notes, page.Total, paging, WebhookAnswers.Write);
        }
    }

    private static async ValueTask<Paging?> ReadPagingAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var paging = Paging.Read(context.Request.Query, faults);
        if (faults.Count == 0)
        {
            return paging;
        }

        await Problem.UnprocessableAsync(context, faults);
        return null;
    }
}
