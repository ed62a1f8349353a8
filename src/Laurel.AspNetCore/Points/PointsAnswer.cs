using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Points;

/// <summary>The answers to points by hand. Source: gamification-api.md, "Points"; <c>currency</c>, <c>badges_unlocked</c> and <c>rewards_granted</c> are ours.</summary>
internal static class PointsAnswer
{
    /// <summary>The first fact of a decision is the award or deduction itself: it is the transaction.</summary>
    public static void Write(Utf8JsonWriter writer, string participantId, RuleBook book, CommandInput command, Decision decision)
    {
        var (currency, amount, isAward) = decision.Facts[0] switch
        {
            PointsAwarded awarded => (awarded.Currency, awarded.Amount, true),
            PointsDeducted deducted => (deducted.Currency, deducted.Amount, false),
            var other => throw new InvalidOperationException($"{command.Name} made {other.Kind} first."),
        };
        writer.WriteStartObject();
        writer.WriteString("transaction_id"u8, DerivedFact.IdOf(command.Id, 0).ToString());
        writer.WriteString("participant_id"u8, participantId);
        writer.WriteString("currency"u8, currency);
        writer.WriteNumber("amount"u8, amount);

        // What the award set off may have awarded more: the balance is the one after all of it.
        writer.WriteNumber("new_balance"u8, decision.State.BalanceOf(currency).Current);
        if (isAward)
        {
            WriteTierUpgrade(writer, book, decision.Facts);
            WriteBadges(writer, decision.Facts);
        }

        writer.WritePropertyName("rewards_granted"u8);
        FactDocument.WriteGrants(writer, command.Id, decision.Facts);
        writer.WriteEndObject();
    }

    private static void WriteTierUpgrade(Utf8JsonWriter writer, RuleBook book, IReadOnlyList<DerivedFact> facts)
    {
        var changes = facts.OfType<TierChanged>().ToList();
        if (changes.Count == 0)
        {
            writer.WriteNull("tier_upgrade"u8);
            return;
        }

        var (before, after) = (changes[0].PreviousCode, changes[^1]);
        writer.WriteStartObject("tier_upgrade"u8);
        writer.WriteString("code"u8, after.Code);
        writer.WriteString("name"u8, after.TierName);
        writer.WriteNumber("level"u8, after.Level);
        writer.WriteString("previous_code"u8, before);
        if (book.Tiers.FirstOrDefault(tier => tier.Code == before) is { } previous)
        {
            writer.WriteNumber("previous_level"u8, previous.Level);
        }
        else
        {
            writer.WriteNull("previous_level"u8);
        }

        writer.WriteEndObject();
    }

    private static void WriteBadges(Utf8JsonWriter writer, IReadOnlyList<DerivedFact> facts)
    {
        writer.WriteStartArray("badges_unlocked"u8);
        foreach (var badge in facts.OfType<BadgeUnlocked>())
        {
            writer.WriteStartObject();
            writer.WriteString("badge_code"u8, badge.BadgeCode);
            writer.WriteString("badge_name"u8, badge.BadgeName);
            writer.WriteString("rarity"u8, badge.Rarity);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
