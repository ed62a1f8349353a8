using System.Buffers;
using System.Text.Json;
using Laurel.Badges;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Tiers;

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
        writer.WriteStartArray("facts"u8);
        foreach (var count in state.FactCounts)
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
        WriteList(writer, "balances"u8, state.Balances, static (writer, balance) =>
        {
            writer.WriteString("currency"u8, balance.Currency);
            writer.WriteNumber("current"u8, balance.Current);
            writer.WriteNumber("earned"u8, balance.Earned);
            writer.WriteNumber("spent"u8, balance.Spent);
        });
        WriteList(writer, "badges"u8, state.Badges, static (writer, badge) =>
        {
            writer.WriteString("code"u8, badge.Code);
            writer.WriteNumber("earned_at"u8, badge.EarnedAt.UnixMicroseconds);
        });
        WriteList(writer, "badge_progress"u8, state.BadgeProgress, static (writer, progress) =>
        {
            writer.WriteString("code"u8, progress.Code);
            writer.WriteNumber("current"u8, progress.Current);
        });
        WriteList(writer, "challenges"u8, state.Challenges, static (writer, progress) =>
        {
            writer.WriteString("code"u8, progress.Code);
            writer.WriteNumber("completions"u8, progress.Completions);
            WriteList(writer, "objectives"u8, progress.Objectives, static (writer, objective) =>
            {
                writer.WriteString("code"u8, objective.Code);
                writer.WriteNumber("current"u8, objective.Current);
                writer.WriteBoolean("completed"u8, objective.IsCompleted);
            });
        });
        WriteList(writer, "caps"u8, state.CapUses, static (writer, use) =>
        {
            writer.WriteString("rule"u8, use.Rule);
            writer.WriteNumber("awarded"u8, use.Awarded);
        });
        if (state.Tier is { } tier)
        {
            writer.WriteStartObject("tier"u8);
            writer.WriteString("code"u8, tier.Code);
            writer.WriteNumber("level"u8, tier.Level);
            writer.WriteNumber("achieved_at"u8, tier.AchievedAt.UnixMicroseconds);
            writer.WriteEndObject();
        }

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
    public static ParticipantState Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var state = ParticipantState.New;
        reader.Read();
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("schema_version"u8))
            {
                var version = (int)Long(ref reader);
                if (version != SchemaVersion)
                {
                    throw new JsonException($"A participant's state has schema version {version}; this version of Laurel reads {SchemaVersion}. Run a newer Laurel.");
                }
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                state = state with { Seq = Long(ref reader) };
            }
            else if (reader.ValueTextEquals("total_events"u8))
            {
                state = state with { TotalEvents = Long(ref reader) };
            }
            else if (reader.ValueTextEquals("facts"u8))
            {
                state = state with { FactCounts = Longs(ref reader) };
            }
            else if (reader.ValueTextEquals("balances"u8))
            {
                state = state with { Balances = List(ref reader, ReadBalance) };
            }
            else if (reader.ValueTextEquals("badges"u8))
            {
                state = state with { Badges = List(ref reader, ReadBadge) };
            }
            else if (reader.ValueTextEquals("badge_progress"u8))
            {
                state = state with { BadgeProgress = List(ref reader, ReadBadgeProgress) };
            }
            else if (reader.ValueTextEquals("challenges"u8))
            {
                state = state with { Challenges = List(ref reader, ReadChallenge) };
            }
            else if (reader.ValueTextEquals("caps"u8))
            {
                state = state with { CapUses = List(ref reader, ReadCapUse) };
            }
            else if (reader.ValueTextEquals("tier"u8))
            {
                reader.Read();
                state = state with { Tier = ReadTier(ref reader) };
            }
            else
            {
                throw new JsonException($"A participant's state has an unknown member {reader.GetString()}.");
            }
        }

        return state;
    }

    private delegate T ReadItem<T>(ref Utf8JsonReader reader);

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

    private static Balance ReadBalance(ref Utf8JsonReader reader)
    {
        var balance = new Balance("", 0, 0, 0);
        while (NextMember(ref reader))
        {
            balance = reader.ValueTextEquals("currency"u8) ? balance with { Currency = Code(ref reader) }
                : reader.ValueTextEquals("current"u8) ? balance with { Current = Long(ref reader) }
                : reader.ValueTextEquals("earned"u8) ? balance with { Earned = Long(ref reader) }
                : balance with { Spent = Long(ref reader) };
        }

        return balance;
    }

    private static BadgeHeld ReadBadge(ref Utf8JsonReader reader)
    {
        var badge = new BadgeHeld("", default);
        while (NextMember(ref reader))
        {
            badge = reader.ValueTextEquals("code"u8) ? badge with { Code = Code(ref reader) } : badge with { EarnedAt = new Timestamp(Long(ref reader)) };
        }

        return badge;
    }

    private static BadgeProgress ReadBadgeProgress(ref Utf8JsonReader reader)
    {
        var progress = new BadgeProgress("", 0);
        while (NextMember(ref reader))
        {
            progress = reader.ValueTextEquals("code"u8) ? progress with { Code = Code(ref reader) } : progress with { Current = Decimal(ref reader) };
        }

        return progress;
    }

    private static ChallengeProgress ReadChallenge(ref Utf8JsonReader reader)
    {
        var progress = new ChallengeProgress("", 0, []);
        while (NextMember(ref reader))
        {
            progress = reader.ValueTextEquals("code"u8) ? progress with { Code = Code(ref reader) }
                : reader.ValueTextEquals("completions"u8) ? progress with { Completions = (int)Long(ref reader) }
                : progress with { Objectives = List(ref reader, ReadObjective) };
        }

        return progress;
    }

    private static ObjectiveProgress ReadObjective(ref Utf8JsonReader reader)
    {
        var progress = new ObjectiveProgress("", 0, IsCompleted: false);
        while (NextMember(ref reader))
        {
            progress = reader.ValueTextEquals("code"u8) ? progress with { Code = Code(ref reader) }
                : reader.ValueTextEquals("current"u8) ? progress with { Current = Decimal(ref reader) }
                : progress with { IsCompleted = reader.Read() && reader.GetBoolean() };
        }

        return progress;
    }

    private static CapUse ReadCapUse(ref Utf8JsonReader reader)
    {
        var use = new CapUse("", 0);
        while (NextMember(ref reader))
        {
            use = reader.ValueTextEquals("rule"u8) ? use with { Rule = Code(ref reader) } : use with { Awarded = Long(ref reader) };
        }

        return use;
    }

    private static TierHeld ReadTier(ref Utf8JsonReader reader)
    {
        var tier = new TierHeld("", 0, default);
        while (NextMember(ref reader))
        {
            tier = reader.ValueTextEquals("code"u8) ? tier with { Code = Code(ref reader) }
                : reader.ValueTextEquals("level"u8) ? tier with { Level = (int)Long(ref reader) }
                : tier with { AchievedAt = new Timestamp(Long(ref reader)) };
        }

        return tier;
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static T[] List<T>(ref Utf8JsonReader reader, ReadItem<T> read)
    {
        var items = new List<T>();
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(read(ref reader));
        }

        return [.. items];
    }

    private static long[] Longs(ref Utf8JsonReader reader)
    {
        var items = new List<long>(8);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(reader.GetInt64());
        }

        return [.. items];
    }

    private static long Long(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }

    private static decimal Decimal(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetDecimal();
    }

    // Codes repeat across participants: one string each keeps a cache of states small.
    private static string Code(ref Utf8JsonReader reader)
    {
        reader.Read();
        return string.Intern(reader.GetString()!);
    }
}
