using System.Globalization;
using System.Text.Json;

namespace Laurel.Rules;

/// <summary>
/// What a change of a definition does to what participants have reached in it, for the program's owner to read before a publish.
/// <paramref name="Objective"/> is the code of an objective, null where the definition as a whole is meant; <paramref name="Effect"/>: <c>kept</c> (it goes on
/// from where it was), <c>lost</c> (it starts at zero, or is gone), <c>new</c> (there was none; it starts at zero); <paramref name="Note"/> says why.
/// </summary>
public sealed record ProgressEffect(string? Objective, string Effect, string Note)
{
    public const string Kept = "kept";
    public const string Lost = "lost";
    public const string New = "new";
}

/// <summary>
/// Finds the effects of a change by comparing a definition with what it was. Progress goes by code: of the definition, and of the objective in it.
/// Both definitions must have been read without a fault. Source: docs/reference/program.md "What a change does to progress".
/// </summary>
internal static class ProgressEffects
{
    /// <summary>The effects of turning <paramref name="before"/> into <paramref name="after"/>; none where progress has nothing to do with it.</summary>
    public static IReadOnlyList<ProgressEffect> Of(string section, JsonElement before, JsonElement after) => section switch
    {
        ProgramSections.Challenges => OfChallenge(before, after),
        ProgramSections.Badges => OfBadge(before, after),
        ProgramSections.Streaks => OfStreak(before, after),
        ProgramSections.Tiers => OfTier(before, after),
        _ => [],
    };

    /// <summary>The effect of another time zone for the whole program.</summary>
    public static ProgressEffect OfZone(string before, string after) => new(
        null, ProgressEffect.Kept, $"Periods that run now end by the clock of {before}; {after} governs those that begin after this publish. No progress is lost.");

    private static List<ProgressEffect> OfChallenge(JsonElement before, JsonElement after)
    {
        var (was, now) = (RhythmOf(before), RhythmOf(after));
        if (was != now)
        {
            return [new(null, ProgressEffect.Lost, $"The challenge was {was} and is {now}: progress in what runs now is lost, and every objective starts at zero. Completions stay.")];
        }

        var effects = new List<ProgressEffect>();
        var (old, submitted) = (ObjectivesOf(before), ObjectivesOf(after));
        var removed = old.Keys.Where(code => !submitted.ContainsKey(code)).ToList();
        effects.AddRange(removed.Select(code => new ProgressEffect(code, ProgressEffect.Lost, "The objective is gone, and with it what participants had reached in it.")));
        foreach (var (code, objective) in submitted)
        {
            if (!old.TryGetValue(code, out var earlier))
            {
                effects.Add(new ProgressEffect(
                    code,
                    ProgressEffect.New,
                    removed.Count > 0 ? "The objective is new and starts at zero: one whose code changes is another objective." : "The objective is new and starts at zero."));
            }
            else if (OfCriteria(code, earlier, objective) is { } effect)
            {
                effects.Add(effect);
            }
        }

        return effects;
    }

    private static List<ProgressEffect> OfBadge(JsonElement before, JsonElement after) => (Find(before, "criteria"), Find(after, "criteria")) switch
    {
        (null, { }) => [new(null, ProgressEffect.New, "The badge is earned by events now, and everybody starts at zero. Whoever has it keeps it.")],
        ({ }, null) => [new(null, ProgressEffect.Lost, "The badge is no longer earned by events, and progress towards it is lost. Whoever has it keeps it.")],
        ({ } earlier, { } criteria) when OfCriteria(null, earlier, criteria) is { } effect => [effect],
        _ => [],
    };

    private static List<ProgressEffect> OfStreak(JsonElement before, JsonElement after)
    {
        var (was, now) = (TextOf(before, "period"), TextOf(after, "period"));
        if (was != now)
        {
            return [new(null, ProgressEffect.Lost, $"The streak was {was} and is {now}: the current count starts anew. The longest count and what was granted stay.")];
        }

        var notes = new List<string>();
        AddListening(notes, before, after);
        if (!Same(before, after, "grace_periods") || !Same(before, after, "freezes"))
        {
            notes.Add("A streak that runs goes on, by the new grace and freezes.");
        }

        return notes.Count == 0 ? [] : [new(null, ProgressEffect.Kept, string.Join(' ', notes))];
    }

    private static List<ProgressEffect> OfTier(JsonElement before, JsonElement after)
    {
        var notes = new List<string>();
        var (was, now) = (MinPointsOf(before), MinPointsOf(after));
        var (wasManual, isManual) = (TextOf(before, "award_type") == "manual", TextOf(after, "award_type") == "manual");
        if (isManual && !wasManual)
        {
            notes.Add("The tier is no longer reached by points. Whoever holds it keeps it.");
        }
        else if (!isManual && (wasManual || now < was))
        {
            notes.Add($"Whoever has earned {Number(now ?? 0)} points already reaches the tier with the next event.");
        }
        else if (!isManual && now > was)
        {
            notes.Add($"The tier needs {Number(now.Value)} points instead of {Number(was.Value)}. Whoever holds it keeps it.");
        }

        if (!Same(before, after, "requalify"))
        {
            notes.Add("Whoever holds the tier keeps it, and is judged by the new requalify when a period ends.");
        }

        return notes.Count == 0 ? [] : [new(null, ProgressEffect.Kept, string.Join(' ', notes))];
    }

    // What a badge's criteria and an objective have in common: what is counted, and how far.
    private static ProgressEffect? OfCriteria(string? objective, JsonElement before, JsonElement after)
    {
        var (was, now) = (MetricOf(before), MetricOf(after));
        if (was.Type != now.Type && now.Type is "distinct" or "streak")
        {
            return new(objective, ProgressEffect.Lost, $"The metric was {was.Type} and is {now.Type}, which a number cannot be turned into: it starts at zero.");
        }

        if (was.Type == now.Type && was.Period != now.Period)
        {
            return new(objective, ProgressEffect.Lost, $"The metric counted {was.Period} periods and counts {now.Period} ones: it starts at zero.");
        }

        var notes = new List<string>();
        if (was.Type != now.Type)
        {
            notes.Add($"The metric was {was.Type} and is {now.Type}: the number reached is kept and goes on in the new unit.");
        }
        else if (was.Property != now.Property)
        {
            notes.Add($"The number reached is kept; from this version on {now.Property} is measured instead of {was.Property}.");
        }

        AddListening(notes, before, after);
        if (TargetOf(before) is { } from && TargetOf(after) is { } to && from != to)
        {
            // The smallest number reaches its target from above.
            notes.Add((now.Type == "min" ? to > from : to < from)
                ? $"The target goes from {Number(from)} to {Number(to)}: whoever has reached that already completes it with the next event that counts."
                : $"The target goes from {Number(from)} to {Number(to)}. What is completed stays completed.");
        }

        return notes.Count == 0 ? null : new(objective, ProgressEffect.Kept, string.Join(' ', notes));
    }

    private static void AddListening(List<string> notes, JsonElement before, JsonElement after)
    {
        if (!Same(before, after, "event_name") || !Same(before, after, "where"))
        {
            notes.Add("What was counted stays counted; events from this version on are judged by the new event_name and where.");
        }
    }

    private static string RhythmOf(JsonElement challenge) =>
        Find(challenge, "schedule") is not { } schedule ? "without recurrence"
        : Find(schedule, "rolling") is not null ? "rolling"
        : TextOf(schedule, "recurrence") is { } recurrence and not "none" ? recurrence
        : "without recurrence";

    private static OrderedDictionary<string, JsonElement> ObjectivesOf(JsonElement challenge)
    {
        var objectives = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        if (Find(challenge, "objectives") is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var objective in list.EnumerateArray())
            {
                objectives.Add(ProgramSections.CodeOf(objective)!, objective);
            }
        }

        return objectives;
    }

    private static (string Type, string? Property, string? Period) MetricOf(JsonElement criteria) => Find(criteria, "metric") is { } metric
        ? (TextOf(metric, "type") ?? "count", TextOf(metric, "property"), TextOf(metric, "period"))
        : ("count", null, null);

    private static decimal? TargetOf(JsonElement criteria) => NumberOf(criteria, "target");

    private static decimal? MinPointsOf(JsonElement tier) => Find(tier, "criteria_config") is { } config ? NumberOf(config, "min_points") : null;

    private static decimal? NumberOf(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var number) ? number : null;

    private static string? TextOf(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static bool Same(JsonElement before, JsonElement after, string name) => (Find(before, name), Find(after, name)) switch
    {
        (null, null) => true,
        ({ } left, { } right) => JsonElement.DeepEquals(left, right),
        _ => false,
    };

    // A member that is null counts as left out, as the readers have it.
    private static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Number(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
