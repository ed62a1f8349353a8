using System.Text.Json;
using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rules;

namespace Laurel.AspNetCore.Participants;

/// <summary>Writes the parts of a participant's state, with names from the rule book of now.</summary>
internal static class StateParts
{
    public static void WritePoints(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        writer.WriteStartObject();
        WriteBalance(writer, state.BalanceOf(book.Currencies[0].Code));
        writer.WriteStartObject("currencies");
        var codes = book.Currencies.Select(currency => currency.Code).Concat(state.Balances.Select(balance => balance.Currency));
        foreach (var code in codes.Distinct(StringComparer.Ordinal))
        {
            writer.WriteStartObject(code);
            WriteBalance(writer, state.BalanceOf(code));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void WriteTier(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        writer.WriteStartObject();
        if (state.Tier is { } held)
        {
            var tier = book.Tiers.FirstOrDefault(tier => tier.Code == held.Code);
            writer.WriteStartObject("current_tier");
            writer.WriteString("code", held.Code);
            writer.WriteString("name", tier?.Name ?? held.Code);
            writer.WriteNumber("level", held.Level);
            writer.WriteString("color", tier?.Color);
            writer.WriteString("achieved_at", held.AchievedAt.ToString());
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("current_tier");
        }

        var next = book.Tiers.Where(tier => tier is { IsActive: true, IsAutomatic: true } && tier.Level > (state.Tier?.Level ?? int.MinValue)).MinBy(tier => tier.Level);
        if (next is not null)
        {
            var earned = state.BalanceOf(book.Currencies[0].Code).Earned;
            writer.WriteStartObject("next_tier");
            writer.WriteString("code", next.Code);
            writer.WriteString("name", next.Name);
            writer.WriteNumber("points_required", next.MinPoints);
            writer.WriteNumber("points_remaining", Math.Max(0, next.MinPoints - earned));
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("next_tier");
        }

        writer.WriteEndObject();
    }

    public static void WriteBadges(Utf8JsonWriter writer, ParticipantState state, RuleBook book)
    {
        writer.WriteStartArray();
        foreach (var held in state.Badges)
        {
            var badge = book.FindBadge(held.Code);
            writer.WriteStartObject();
            writer.WriteString("code", held.Code);
            writer.WriteString("name", badge?.Name ?? held.Code);
            writer.WriteString("rarity", badge?.Rarity);
            writer.WriteString("icon", badge?.IconUrl);
            writer.WriteString("earned_at", held.EarnedAt.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteChallenges(Utf8JsonWriter writer, ParticipantState state, RuleBook book, Timestamp now)
    {
        writer.WriteStartArray();
        foreach (var challenge in book.Challenges)
        {
            var held = Array.Find(state.Challenges, progress => progress.Code == challenge.Code);

            // What is withdrawn is shown only to those who took part in it.
            if (!challenge.IsActive && held is null)
            {
                continue;
            }

            var progress = held ?? ChallengeProgress.None(challenge.Code);
            writer.WriteStartObject();
            writer.WriteString("code", challenge.Code);
            writer.WriteString("name", challenge.Name);
            writer.WriteString("status", StatusOf(challenge, progress, now));
            writer.WriteString("period_start", challenge.Schedule.StartsAt?.ToString());
            writer.WriteString("period_end", challenge.Schedule.EndsAt?.ToString());
            writer.WriteNumber("completions", progress.Completions);
            writer.WriteStartArray("objectives");
            foreach (var objective in challenge.Objectives)
            {
                var current = progress.Of(objective.Code);
                writer.WriteStartObject();
                writer.WriteString("code", objective.Code);
                writer.WriteNumber("current", current.Current);
                writer.WriteNumber("target", objective.Criteria.Target);
                writer.WriteBoolean("completed", current.IsCompleted);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string StatusOf(Challenge challenge, ChallengeProgress progress, Timestamp now) =>
        progress.Completions >= challenge.MaxCompletions ? "completed"
        : !challenge.IsActive || now >= challenge.Schedule.EndsAt ? "ended"
        : "active";

    private static void WriteBalance(Utf8JsonWriter writer, Balance balance)
    {
        writer.WriteNumber("balance", balance.Current);
        writer.WriteNumber("total_earned", balance.Earned);
        writer.WriteNumber("total_spent", balance.Spent);
    }
}
