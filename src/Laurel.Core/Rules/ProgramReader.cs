using System.Text.Json;
using Laurel.Badges;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
using Laurel.Rewards;
using Laurel.Streaks;
using Laurel.Tiers;

namespace Laurel.Rules;

/// <summary>
/// Reads a whole program document into a typed rule book, or finds every fault in it. What this version cannot honour is refused by name, never
/// ignored. Pure and total: bad input is an answer, not an exception. Source: program.md, semantics §8.
/// </summary>
public static class ProgramReader
{
    private static readonly string[] CurrencyMembers = ["code", "name", "is_active"];

    /// <summary>
    /// Reads <paramref name="utf8"/>, a JSON document of at most <see cref="ProgramLimits.DocumentBytes"/>. The book carries <paramref name="version"/>.
    /// Its periods follow <paramref name="earlierZones"/>, the zones of the environment's versions so far with this one's last, where there are any: a changed zone governs only
    /// periods that begin after the change. Otherwise they follow the document's <c>time_zone</c>, and UTC where it has none.
    /// </summary>
    public static ProgramReading Read(ReadOnlyMemory<byte> utf8, int version, IReadOnlyList<ZoneSpan>? earlierZones = null)
    {
        var faults = new FaultList();
        using var document = DocumentText.Parse(utf8.Span, faults);
        if (document is null)
        {
            return new ProgramReading(faults.Listed);
        }

        var book = Read(document.RootElement, version, earlierZones, faults);
        return book is null ? new ProgramReading(faults.Listed) : new ProgramReading(book);
    }

    private static RuleBook? Read(JsonElement root, int version, IReadOnlyList<ZoneSpan>? earlierZones, FaultList faults)
    {
        if (Members.Open(root, "", "a program", ProgramSections.All, faults) is not { } members)
        {
            return null;
        }

        members.WholeNumber(ProgramSections.Version, 0, int.MaxValue);
        var zone = TimeZone(members);
        CheckNotBuilt(members);
        if (!IsSmallEnough(members, root))
        {
            return null;
        }

        var scope = new ReadingScope(faults, DefinedCodes.Of(root));
        var currencies = Definitions(members, ProgramSections.Currencies, scope, ReadCurrency);
        scope.DefaultCurrency = currencies.Count > 0 ? currencies[0].Definition.Code : scope.DefaultCurrency;
        var rules = Definitions(members, ProgramSections.PointRules, scope, PointRuleReader.Read);

        // What may be a reward is read before what grants it.
        var rewards = Definitions(members, ProgramSections.Rewards, scope, CatalogueRewardReader.Read);
        scope.Catalogue = rewards.ToDictionary(reward => reward.Definition.Code, reward => reward.Definition, StringComparer.Ordinal);
        var badges = Definitions(members, ProgramSections.Badges, scope, BadgeReader.Read);
        scope.Badges = badges.ToDictionary(badge => badge.Definition.Code, badge => badge.Definition, StringComparer.Ordinal);
        var challenges = Definitions(members, ProgramSections.Challenges, scope, ChallengeReader.Read);
        var streaks = Definitions(members, ProgramSections.Streaks, scope, StreakReader.Read);
        var tiers = Definitions(members, ProgramSections.Tiers, scope, TierReader.Read);
        TierReader.CheckLadder(tiers, faults);
        FactChains.Check(new ChainInput(rules, streaks, badges, challenges, [.. tiers.Select(tier => tier.Definition)], scope.DefaultCurrency), faults);

        return faults.Count > 0
            ? null
            : new RuleBook(
                version,
                currencies.Count > 0 ? [.. currencies.Select(item => item.Definition)] : [Currency.Default],
                [.. rules.Select(item => item.Definition)],
                [.. badges.Select(item => item.Definition)],
                [.. challenges.Select(item => item.Definition)],
                [.. streaks.Select(item => item.Definition)],
                [.. tiers.Select(item => item.Definition)],
                [.. rewards.Select(item => item.Definition)],
                CalendarOf(zone, earlierZones));
    }

    private static LocalCalendar CalendarOf(string? zone, IReadOnlyList<ZoneSpan>? earlierZones)
    {
        if (earlierZones is { Count: > 0 })
        {
            return new LocalCalendar(earlierZones);
        }

        return zone is null ? LocalCalendar.Utc : new LocalCalendar([new ZoneSpan(zone, From: null)]);
    }

    /// <summary>Reads one section; definitions with a fault are left out of the answer.</summary>
    private static List<(T Definition, string Pointer)> Definitions<T>(
        Members members, string section, ReadingScope scope, Func<JsonElement, string, ReadingScope, T?> read)
        where T : class
    {
        var definitions = new List<(T, string)>();
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in members.Items(section, ProgramLimits.Definitions))
        {
            var definition = read(item, pointer, scope);
            if (ProgramSections.CodeOf(item) is { } code && !places.TryAdd(code, pointer))
            {
                scope.Faults.Add($"{pointer}/code", $"'{code}' names {places[code]} too; each of the {section} needs its own code");
            }
            else if (definition is not null)
            {
                definitions.Add((definition, pointer));
            }
        }

        return definitions;
    }

    private static Currency? ReadCurrency(JsonElement element, string pointer, ReadingScope scope)
    {
        var before = scope.Faults.Count;
        if (Members.Open(element, pointer, "a currency", CurrencyMembers, scope.Faults) is not { } members)
        {
            return null;
        }

        var code = members.Code();
        var name = members.Text("name", ProgramLimits.NameLength);
        if (!members.Flag("is_active", otherwise: true))
        {
            members.Fault("is_active", "a currency cannot be deactivated: balances are held in it; deactivate the rules that award it");
        }

        return scope.Faults.Count == before ? new Currency(code!, name ?? code!) : null;
    }

    private static string? TimeZone(Members members)
    {
        const string Name = ProgramSections.TimeZone;
        var zone = members.Text(Name, TimeZoneName.MaxLength);
        if (zone is not null && !TimeZoneName.IsKnown(zone))
        {
            members.Fault(Name, $"{TimeZoneName.Expected}, but is \"{zone}\"");
        }

        return zone;
    }

    private static void CheckNotBuilt(Members members)
    {
        foreach (var section in ProgramSections.NotBuilt)
        {
            if (members.Find(section) is not { } list)
            {
                continue;
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                members.Fault(section, $"must be a list, but is {Members.Shown(list)}");
            }
            else if (list.GetArrayLength() > 0)
            {
                members.Fault(section, $"{section} are not built yet in this version of Laurel; remove them");
            }
        }
    }

    private static bool IsSmallEnough(Members members, JsonElement root)
    {
        var count = ProgramSections.WithCodes.Sum(section =>
            root.TryGetProperty(section, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0);
        if (count <= ProgramLimits.Definitions)
        {
            return true;
        }

        members.FaultHere($"must have at most {ProgramLimits.Definitions} definitions, but has {count}");
        return false;
    }
}
