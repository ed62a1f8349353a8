using System.Text.Json;
using Laurel.Badges;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Participants;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Evaluation;

/// <summary>Reads what <see cref="StateDocument"/> writes.</summary>
internal static class StateDocumentReader
{
    private delegate T ReadItem<T>(ref Utf8JsonReader reader);

    public static ParticipantState Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var members = default(StateMembers);
        reader.Read();
        while (NextMember(ref reader))
        {
            ReadMember(ref reader, ref members);
        }

        return members.ToState();
    }

    /// <summary>Reads a challenge's progress that was kept as a part.</summary>
    public static ChallengeProgress ReadChallengePart(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return ReadChallenge(ref reader);
    }

    private static void ReadMember(ref Utf8JsonReader reader, ref StateMembers members)
    {
        if (reader.ValueTextEquals("schema_version"u8))
        {
            var version = (int)Long(ref reader);
            if (version != StateDocument.SchemaVersion)
            {
                throw new JsonException($"A participant's state has schema version {version}; this version of Laurel reads {StateDocument.SchemaVersion}. Run a newer Laurel.");
            }
        }
        else if (reader.ValueTextEquals("seq"u8))
        {
            members.Seq = Long(ref reader);
        }
        else if (reader.ValueTextEquals("total_events"u8))
        {
            members.TotalEvents = Long(ref reader);
        }
        else if (reader.ValueTextEquals("facts"u8))
        {
            members.FactCounts = Longs(ref reader);
        }
        else if (reader.ValueTextEquals("profile"u8))
        {
            members.Profile = Profile.Read(ref reader);
        }
        else if (!ReadPoints(ref reader, ref members))
        {
            ReadMechanic(ref reader, ref members);
        }
    }

    private static bool ReadPoints(ref Utf8JsonReader reader, ref StateMembers members)
    {
        if (reader.ValueTextEquals("balances"u8))
        {
            members.Balances = List(ref reader, ReadBalance);
        }
        else if (reader.ValueTextEquals("caps"u8))
        {
            members.CapUses = List(ref reader, ReadCapUse);
        }
        else if (reader.ValueTextEquals("lots"u8))
        {
            members.Lots = List(ref reader, ReadLots);
        }
        else if (reader.ValueTextEquals("earned"u8))
        {
            members.Earned = List(ref reader, ReadEarned);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static void ReadMechanic(ref Utf8JsonReader reader, ref StateMembers members)
    {
        if (reader.ValueTextEquals("due_version"u8))
        {
            members.DueVersion = (int)Long(ref reader);
        }
        else if (reader.ValueTextEquals("badges"u8))
        {
            members.Badges = List(ref reader, ReadBadge);
        }
        else if (reader.ValueTextEquals("badge_progress"u8))
        {
            members.BadgeProgress = List(ref reader, ReadBadgeProgress);
        }
        else if (reader.ValueTextEquals("challenges"u8))
        {
            members.Challenges = List(ref reader, ReadChallenge);
        }
        else if (reader.ValueTextEquals("streaks"u8))
        {
            members.Streaks = List(ref reader, ReadStreak);
        }
        else if (reader.ValueTextEquals("rewards"u8))
        {
            members.Rewards = List(ref reader, ReadReward);
        }
        else if (reader.ValueTextEquals("due_at"u8))
        {
            members.DueAt = Instant(ref reader);
        }
        else if (reader.ValueTextEquals("has_parts"u8))
        {
            members.HasParts = Flag(ref reader);
        }
        else if (reader.ValueTextEquals("is_erased"u8))
        {
            members.IsErased = Flag(ref reader);
        }
        else if (reader.ValueTextEquals("lost_tier_level"u8))
        {
            members.LostTierLevel = (int)Long(ref reader);
        }
        else if (reader.ValueTextEquals("tier"u8) && reader.Read())
        {
            members.Tier = ReadTier(ref reader);
        }
        else
        {
            throw new JsonException($"A participant's state has an unknown member {reader.GetString()}.");
        }
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

    private static LotBook ReadLots(ref Utf8JsonReader reader)
    {
        var book = new LotBook("", [], [], [], 0);
        while (NextMember(ref reader))
        {
            book = reader.ValueTextEquals("currency"u8) ? book with { Currency = Code(ref reader) }
                : reader.ValueTextEquals("next_page"u8) ? book with { NextPage = (int)Long(ref reader) }
                : reader.ValueTextEquals("head"u8) ? book with { Head = Lots(ref reader) }
                : reader.ValueTextEquals("tail"u8) ? book with { Tail = Lots(ref reader) }
                : book with
                {
                    Pages = [.. Longs(ref reader).Chunk(4).Select(page => new LotPage((int)page[0], new Timestamp(page[1]), new Timestamp(page[2]), (int)page[3]))],
                };
        }

        return book;
    }

    private static Lot[] Lots(ref Utf8JsonReader reader) =>
        [.. Longs(ref reader).Chunk(2).Select(pair => new Lot(new Timestamp(pair[0]), pair[1]))];

    private static BadgeHeld ReadBadge(ref Utf8JsonReader reader)
    {
        var badge = new BadgeHeld("", default);
        while (NextMember(ref reader))
        {
            badge = reader.ValueTextEquals("code"u8) ? badge with { Code = Code(ref reader) } : badge with { EarnedAt = Instant(ref reader) };
        }

        return badge;
    }

    private static BadgeProgress ReadBadgeProgress(ref Utf8JsonReader reader)
    {
        var code = "";
        var measured = new MeasuredMembers();
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("code"u8))
            {
                code = Code(ref reader);
            }
            else
            {
                measured.Read(ref reader);
            }
        }

        return new BadgeProgress(code, measured.ToMeasured());
    }

    private static ChallengeProgress ReadChallenge(ref Utf8JsonReader reader)
    {
        var progress = ChallengeProgress.None("");
        while (NextMember(ref reader))
        {
            progress = reader.ValueTextEquals("code"u8) ? progress with { Code = Code(ref reader) }
                : reader.ValueTextEquals("completions"u8) ? progress with { Completions = (int)Long(ref reader) }
                : reader.ValueTextEquals("period"u8) ? progress with { Period = ReadPeriod(ref reader) }
                : reader.ValueTextEquals("is_period_done"u8) ? progress with { IsPeriodDone = Flag(ref reader) }
                : reader.ValueTextEquals("enrolled_at"u8) ? progress with { EnrolledAt = Instant(ref reader) }
                : reader.ValueTextEquals("is_rolling"u8) ? progress with { IsRolling = Flag(ref reader) }
                : reader.ValueTextEquals("is_ended"u8) ? progress with { IsEnded = Flag(ref reader) }
                : progress with { Objectives = List(ref reader, ReadObjective) };
        }

        return progress;
    }

    private static ObjectiveProgress ReadObjective(ref Utf8JsonReader reader)
    {
        var code = "";
        var isCompleted = false;
        var measured = new MeasuredMembers();
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("code"u8))
            {
                code = Code(ref reader);
            }
            else if (reader.ValueTextEquals("completed"u8))
            {
                isCompleted = Flag(ref reader);
            }
            else
            {
                measured.Read(ref reader);
            }
        }

        return new ObjectiveProgress(code, measured.ToMeasured(), isCompleted);
    }

    private static CapUse ReadCapUse(ref Utf8JsonReader reader)
    {
        var use = new CapUse("", Period.AllTime, 0);
        while (NextMember(ref reader))
        {
            use = reader.ValueTextEquals("rule"u8) ? use with { Rule = Code(ref reader) }
                : reader.ValueTextEquals("period"u8) ? use with { Period = ReadPeriod(ref reader) }
                : use with { Awarded = Long(ref reader) };
        }

        return use;
    }

    private static EarnedInPeriod ReadEarned(ref Utf8JsonReader reader)
    {
        var earned = new EarnedInPeriod(Period.AllTime, 0);
        while (NextMember(ref reader))
        {
            earned = reader.ValueTextEquals("period"u8) ? earned with { Period = ReadPeriod(ref reader) } : earned with { Points = Long(ref reader) };
        }

        return earned;
    }

    private static StreakState ReadStreak(ref Utf8JsonReader reader)
    {
        var streak = new StreakState("", PeriodKind.Day, 0, 0, 0, 0, 0, IsAlive: false, default, PeriodSet.BegunAfter(0));
        var periods = new MeasuredMembers();
        while (NextMember(ref reader))
        {
            streak = reader.ValueTextEquals("code"u8) ? streak with { Code = Code(ref reader) }
                : reader.ValueTextEquals("kind"u8) ? streak with { Kind = (PeriodKind)Long(ref reader) }
                : reader.ValueTextEquals("latest"u8) ? streak with { Latest = (int)Long(ref reader) }
                : reader.ValueTextEquals("count"u8) ? streak with { Count = (int)Long(ref reader) }
                : reader.ValueTextEquals("longest"u8) ? streak with { Longest = (int)Long(ref reader) }
                : reader.ValueTextEquals("frozen"u8) ? streak with { Frozen = (int)Long(ref reader) }
                : reader.ValueTextEquals("freezes"u8) ? streak with { Freezes = (int)Long(ref reader) }
                : reader.ValueTextEquals("is_alive"u8) ? streak with { IsAlive = Flag(ref reader) }
                : reader.ValueTextEquals("last_recorded_at"u8) ? streak with { LastRecordedAt = Instant(ref reader) }
                : periods.Read(ref reader, streak);
        }

        return streak with { Periods = periods.Periods };
    }

    private static RewardCount ReadReward(ref Utf8JsonReader reader)
    {
        var reward = new RewardCount("", 0);
        while (NextMember(ref reader))
        {
            reward = reader.ValueTextEquals("code"u8) ? reward with { Code = Code(ref reader) } : reward with { Claims = (int)Long(ref reader) };
        }

        return reward;
    }

    private static TierHeld ReadTier(ref Utf8JsonReader reader)
    {
        var tier = new TierHeld("", 0, default, null, null);
        while (NextMember(ref reader))
        {
            tier = reader.ValueTextEquals("code"u8) ? tier with { Code = Code(ref reader) }
                : reader.ValueTextEquals("level"u8) ? tier with { Level = (int)Long(ref reader) }
                : reader.ValueTextEquals("kept_through"u8) ? tier with { KeptThrough = ReadPeriod(ref reader) }
                : reader.ValueTextEquals("closed_up_to"u8) ? tier with { ClosedUpTo = Long(ref reader) }
                : tier with { AchievedAt = Instant(ref reader) };
        }

        return tier;
    }

    private static Period ReadPeriod(ref Utf8JsonReader reader)
    {
        var numbers = Longs(ref reader);
        return new Period((PeriodKind)numbers[0], (int)numbers[1]);
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

    internal static long Long(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }

    private static Timestamp Instant(ref Utf8JsonReader reader) => new(Long(ref reader));

    internal static bool Flag(ref Utf8JsonReader reader) => reader.Read() && reader.GetBoolean();

    // Codes repeat across participants: one string each keeps a cache of states small.
    private static string Code(ref Utf8JsonReader reader)
    {
        reader.Read();
        return string.Intern(reader.GetString()!);
    }
}
