using Microsoft.EntityFrameworkCore;

namespace Laurel.Bench.EfCore;

/// <summary>The tables. Ids are made here, so that all rows of a request go in one round trip; they begin with the time, so that indexes grow at their end.</summary>
internal sealed class LoyaltyContext(DbContextOptions<LoyaltyContext> options) : DbContext(options)
{
    private static readonly Func<LoyaltyContext, string, Task<StoredEvent?>> ByKey = EF.CompileAsyncQuery(
        (LoyaltyContext context, string key) => context.Events.AsNoTracking().SingleOrDefault(stored => stored.IdempotencyKey == key));

    public DbSet<Participant> Participants => Set<Participant>();

    public DbSet<StoredEvent> Events => Set<StoredEvent>();

    public DbSet<LedgerLine> Ledger => Set<LedgerLine>();

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    /// <summary>The participant, whose row stays locked until the transaction ends; null where there is none. EF Core compiles no query that begins with SQL.</summary>
    public async Task<Participant?> LockAsync(string id, CancellationToken cancellationToken)
    {
        await foreach (var participant in Participants.FromSql($"select * from participants where id = {id} for update").AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            return participant;
        }

        return null;
    }

    /// <summary>What was stored under a key.</summary>
    public Task<StoredEvent?> FindEventAsync(string idempotencyKey) => ByKey(this, idempotencyKey);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Participant>(participant =>
        {
            participant.ToTable("participants");
            participant.Property(p => p.Id).HasColumnName("id");
            participant.Property(p => p.Balance).HasColumnName("balance");
            participant.Property(p => p.EventCount).HasColumnName("event_count");
            participant.Property(p => p.UpdatedAt).HasColumnName("updated_at");
        });
        modelBuilder.Entity<StoredEvent>(stored =>
        {
            stored.ToTable("events");
            stored.Property(e => e.Id).ValueGeneratedNever();
            stored.Property(e => e.Properties).HasColumnType("jsonb");
            stored.HasIndex(e => e.IdempotencyKey).IsUnique();
            stored.HasIndex(e => new { e.ParticipantId, e.ReceivedAt });
        });
        modelBuilder.Entity<LedgerLine>(line =>
        {
            line.ToTable("ledger");
            line.Property(l => l.Id).ValueGeneratedNever();
            line.HasIndex(l => new { l.ParticipantId, l.At });
        });
        modelBuilder.Entity<OutboxMessage>(message =>
        {
            message.ToTable("outbox");
            message.Property(m => m.Id).ValueGeneratedNever();
            message.Property(m => m.Body).HasColumnType("jsonb");
        });
    }
}

/// <summary>A row of <c>participants</c>.</summary>
internal sealed class Participant
{
    public required string Id { get; init; }

    public long Balance { get; set; }

    public long EventCount { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A row of <c>events</c>: what came, and what was answered.</summary>
internal sealed class StoredEvent
{
    public Guid Id { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string ParticipantId { get; init; }

    public required string Name { get; init; }

    public required string Properties { get; init; }

    public required string Answer { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>A row of <c>ledger</c>: points given to a participant.</summary>
internal sealed class LedgerLine
{
    public Guid Id { get; init; }

    public required string ParticipantId { get; init; }

    public Guid EventId { get; init; }

    public required string Rule { get; init; }

    public long Amount { get; init; }

    public long NewBalance { get; init; }

    public DateTimeOffset At { get; init; }
}

/// <summary>A row of <c>outbox</c>: a message that somebody else sends later.</summary>
internal sealed class OutboxMessage
{
    public Guid Id { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public DateTimeOffset At { get; init; }
}
