using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Laurel.Bench.EfCore;

/// <summary><c>POST /events</c>: one event, one transaction.</summary>
internal static class EventsEndpoint
{
    /// <summary>Keeps the event with what it earned and answers it; a key that was used answers what was answered then.</summary>
    public static async Task<IResult> ReceiveAsync(IncomingEvent incoming, LoyaltyContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var participant = await LockOrAddAsync(context, incoming.ParticipantId, time, cancellationToken);
        var answer = Add(context, participant, incoming, time.GetUtcNow());
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException failure) when (failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            await transaction.RollbackAsync(cancellationToken);
            return await context.FindEventAsync(incoming.IdempotencyKey) is { } before
                ? Results.Text(before.Answer, "application/json")
                : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        return Results.Json(answer, WireJson.Default.EventAnswer);
    }

    private static async Task<Participant> LockOrAddAsync(LoyaltyContext context, string id, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await context.LockAsync(id, cancellationToken) is { } known)
        {
            return known;
        }

        await context.Database.ExecuteSqlAsync(
            $"insert into participants (id, balance, event_count, updated_at) values ({id}, 0, 0, {time.GetUtcNow()}) on conflict do nothing", cancellationToken);
        return (await context.LockAsync(id, cancellationToken))!;
    }

    private static EventAnswer Add(LoyaltyContext context, Participant participant, IncomingEvent incoming, DateTimeOffset now)
    {
        var eventId = Guid.CreateVersion7(now);
        var grants = new List<GrantAnswer>(4);
        foreach (var (rule, points) in Rules.Apply(incoming.EventName, incoming.Properties))
        {
            participant.Balance += points;
            grants.Add(new GrantAnswer("points", points, "points", rule, participant.Balance));
            context.Ledger.Add(new LedgerLine
            {
                Id = Guid.CreateVersion7(now),
                ParticipantId = participant.Id,
                EventId = eventId,
                Rule = rule,
                Amount = points,
                NewBalance = participant.Balance,
                At = now,
            });
        }

        participant.EventCount++;
        participant.UpdatedAt = now;
        var answer = new EventAnswer(eventId, "processed", grants);
        context.Events.Add(new StoredEvent
        {
            Id = eventId,
            IdempotencyKey = incoming.IdempotencyKey,
            ParticipantId = participant.Id,
            Name = incoming.EventName,
            Properties = incoming.Properties.GetRawText(),
            Answer = JsonSerializer.Serialize(answer, WireJson.Default.EventAnswer),
            ReceivedAt = now,
        });
        context.Outbox.Add(new OutboxMessage
        {
            Id = Guid.CreateVersion7(now),
            Type = "event.processed",
            Body = JsonSerializer.Serialize(new EventProcessed(participant.Id, answer), WireJson.Default.EventProcessed),
            At = now,
        });
        return answer;
    }
}
