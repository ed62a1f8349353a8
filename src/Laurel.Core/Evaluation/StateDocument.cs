using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Metrics;

namespace Laurel.Evaluation;

/// <summary>
/// A participant's state as one readable JSON document, with a <c>schema_version</c> that is upgraded on read. Members that are empty are left out.
/// Source: semantics §7.
/// </summary>
public static class StateDocument
{
    /// <summary>What this version writes.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Writes <paramref name="state"/> with <paramref name="writer"/>, which is left flushed.</summary>
    public static void Write(Utf8JsonWriter writer, ParticipantState state)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema_version"u8, SchemaVersion);
        writer.WriteNumber("seq"u8, state.Seq);
        writer.WriteNumber("total_events"u8, state.TotalEvents);
        WriteClock(writer, state);
        writer.WriteStartArray("facts"u8);
        foreach (var count in state.FactCounts)
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
        if (state.Profile is { } profile)
        {
            writer.WritePropertyName("profile"u8);
            profile.Write(writer);
        }

        WritePoints(writer, state);
        WriteList(writer, "badges"u8, state.Badges, static (writer, badge) =>
        {
            writer.WriteString("code"u8, badge.Code);
            writer.WriteNumber("earned_at"u8, badge.EarnedAt.UnixMicroseconds);
        });
        WriteList(writer, "badge_progress"u8, state.BadgeProgress, static (writer, progress) =>
        {
            writer.WriteString("code"u8, progress.Code);
            WriteMeasured(writer, progress.Measured);
        });
        WriteList(writer, "challenges"u8, state.Challenges, WriteChallenge);
        WriteList(writer, "streaks"u8, state.Streaks, static (writer, streak) =>
        {
            writer.WriteString("code"u8, streak.Code);
            writer.WriteNumber("kind"u8, (int)streak.Kind);
            writer.WriteNumber("latest"u8, streak.Latest);
            writer.WriteNumber("count"u8, streak.Count);
            writer.WriteNumber("longest"u8, streak.Longest);
            writer.WriteNumber("frozen"u8, streak.Frozen);
            writer.WriteNumber("freezes"u8, streak.Freezes);
            writer.WriteBoolean("is_alive"u8, streak.IsAlive);
            writer.WriteNumber("last_recorded_at"u8, streak.LastRecordedAt.UnixMicroseconds);
            WritePeriods(writer, streak.Periods);
        });
        WriteList(writer, "rewards"u8, state.Rewards, static (writer, reward) =>
        {
            writer.WriteString("code"u8, reward.Code);
            writer.WriteNumber("claims"u8, reward.Claims);
        });
        WriteTier(writer, state);
        writer.WriteEndObject();
        writer.Flush();
    }

    /// <summary>The document as UTF-8.</summary>
    public static byte[] Write(ParticipantState state)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer);
        Write(writer, state);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter, ParticipantState)"/> wrote. Throws <see cref="JsonException"/> where the document is damaged or of a newer version.</summary>
    public static ParticipantState Read(ReadOnlySpan<byte> json) => StateDocumentReader.Read(json);

    /// <summary>A challenge's progress as a part of its own: an old period.</summary>
    internal static byte[] WritePart(ChallengeProgress progress)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        WriteChallenge(writer, progress);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteClock(Utf8JsonWriter writer, ParticipantState state)
    {
        if (state.DueVersion > 0)
        {
            writer.WriteNumber("due_version"u8, state.DueVersion);
        }

        if (state.DueAt is { } dueAt)
        {
            writer.WriteNumber("due_at"u8, dueAt.UnixMicroseconds);
        }

        if (state.HasParts)
        {
            writer.WriteBoolean("has_parts"u8, true);
        }

        if (state.IsErased)
        {
            writer.WriteBoolean("is_erased"u8, true);
        }

        if (state.LostTierLevel is { } lost)
        {
            writer.WriteNumber("lost_tier_level"u8, lost);
        }
    }

    private static void WriteTier(Utf8JsonWriter writer, ParticipantState state)
    {
        if (state.Tier is { } tier)
        {
            writer.WriteStartObject("tier"u8);
            writer.WriteString("code"u8, tier.Code);
            writer.WriteNumber("level"u8, tier.Level);
            writer.WriteNumber("achieved_at"u8, tier.AchievedAt.UnixMicroseconds);
            if (tier.KeptThrough is { } kept)
            {
                WritePeriod(writer, "kept_through"u8, kept);
            }

            if (tier.ClosedUpTo is { } closed)
            {
                writer.WriteNumber("closed_up_to"u8, closed);
            }

            writer.WriteEndObject();
        }
    }

    private static void WritePoints(Utf8JsonWriter writer, ParticipantState state)
    {
        WriteList(writer, "balances"u8, state.Balances, static (writer, balance) =>
        {
            writer.WriteString("currency"u8, balance.Currency);
            writer.WriteNumber("current"u8, balance.Current);
            writer.WriteNumber("earned"u8, balance.Earned);
            writer.WriteNumber("spent"u8, balance.Spent);
        });
        WriteList(writer, "lots"u8, state.Lots, static (writer, book) =>
        {
            writer.WriteString("currency"u8, book.Currency);
            writer.WriteNumber("next_page"u8, book.NextPage);
            WriteNumbers(writer, "head"u8, book.Head.SelectMany(static lot => new[] { lot.ExpiresAt.UnixMicroseconds, lot.Amount }));
            WriteNumbers(writer, "tail"u8, book.Tail.SelectMany(static lot => new[] { lot.ExpiresAt.UnixMicroseconds, lot.Amount }));
            WriteNumbers(writer, "pages"u8, book.Pages.SelectMany(static page => new[] { page.Id, page.First.UnixMicroseconds, page.Last.UnixMicroseconds, page.Count }));
        });
        WriteList(writer, "caps"u8, state.CapUses, static (writer, use) =>
        {
            writer.WriteString("rule"u8, use.Rule);
            WritePeriod(writer, "period"u8, use.Period);
            writer.WriteNumber("awarded"u8, use.Awarded);
        });
        WriteList(writer, "earned"u8, state.Earned, static (writer, earned) =>
        {
            WritePeriod(writer, "period"u8, earned.Period);
            writer.WriteNumber("points"u8, earned.Points);
        });
    }

    private static void WriteChallenge(Utf8JsonWriter writer, ChallengeProgress progress)
    {
        writer.WriteString("code"u8, progress.Code);
        writer.WriteNumber("completions"u8, progress.Completions);
        if (progress.Period.Kind != PeriodKind.AllTime)
        {
            WritePeriod(writer, "period"u8, progress.Period);
        }

        if (progress.IsPeriodDone)
        {
            writer.WriteBoolean("is_period_done"u8, true);
        }

        if (progress.EnrolledAt is { } enrolledAt)
        {
            writer.WriteNumber("enrolled_at"u8, enrolledAt.UnixMicroseconds);
        }

        if (progress.IsRolling)
        {
            writer.WriteBoolean("is_rolling"u8, true);
        }

        if (progress.IsEnded)
        {
            writer.WriteBoolean("is_ended"u8, true);
        }

        WriteList(writer, "objectives"u8, progress.Objectives, static (writer, objective) =>
        {
            writer.WriteString("code"u8, objective.Code);
            WriteMeasured(writer, objective.Measured);
            writer.WriteBoolean("completed"u8, objective.IsCompleted);
        });
    }

    private static void WriteMeasured(Utf8JsonWriter writer, in Measured measured)
    {
        if (measured.Current is { } current)
        {
            writer.WriteNumber("current"u8, current);
        }

        switch (measured.Memory)
        {
            case MetricMemory.Seen seen:
                writer.WriteNumber("since"u8, seen.Since);
                writer.WriteNumber("seen_parts"u8, seen.PartCount);
                writer.WriteStartArray("seen"u8);
                foreach (var hash in seen.Hashes)
                {
                    writer.WriteNumberValue(hash);
                }

                writer.WriteEndArray();
                break;
            case MetricMemory.Run run:
                writer.WriteNumber("run_kind"u8, (int)run.Kind);
                WritePeriods(writer, run.Periods);
                break;
        }
    }

    // [number, active bits, frozen bits], the bits in hexadecimal.
    private static void WritePeriods(Utf8JsonWriter writer, PeriodSet periods)
    {
        writer.WriteNumber("since"u8, periods.Since);
        if (periods.HasOlder)
        {
            writer.WriteBoolean("has_older"u8, true);
        }

        writer.WriteStartArray("periods"u8);
        foreach (var page in periods.Pages)
        {
            writer.WriteNumberValue(page.Number);
            writer.WriteStringValue(page.Active.ToString("x", CultureInfo.InvariantCulture));
            writer.WriteStringValue(page.Frozen.ToString("x", CultureInfo.InvariantCulture));
        }

        writer.WriteEndArray();
    }

    private static void WritePeriod(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Period period)
    {
        writer.WriteStartArray(name);
        writer.WriteNumberValue((int)period.Kind);
        writer.WriteNumberValue(period.Number);
        writer.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }

    private static void WriteList<T>(Utf8JsonWriter writer, ReadOnlySpan<byte> name, T[] items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Length == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(writer, item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
