using System.Text.Json;
using Laurel.Badges;
using Laurel.Calendars;
using Laurel.Challenges;
using Laurel.Facts;
using Laurel.Points;
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
    /// Its calendar is <paramref name="earlierZones"/>, the newest one last; without them the document's time zone, else UTC.
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
        var currencies = Definitions(members, ProgramSections.Currencies, scope, (item, pointer) => ReadCurrency(item, pointer, scope), item => item.Code);
        scope.DefaultCurrency = currencies.Count > 0 ? currencies[0].Definition.Code : scope.DefaultCurrency;
        var rules = Definitions(members, ProgramSections.PointRules, scope, (item, pointer) => PointRuleReader.Read(item, pointer, scope), item => item.Code);
        var badges = Definitions(members, ProgramSections.Badges, scope, (item, pointer) => BadgeReader.Read(item, pointer, scope), item => item.Code);
        var badgesByCode = badges.GroupBy(badge => badge.Definition.Code, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Definition, StringComparer.Ordinal);
        var challenges = Definitions(
            members, ProgramSections.Challenges, scope, (item, pointer) => ChallengeReader.Read(item, pointer, scope, badgesByCode), item => item.Code);
        var tiers = Definitions(members, ProgramSections.Tiers, scope, (item, pointer) => TierReader.Read(item, pointer, scope), item => item.Code);
        TierReader.CheckLadder(tiers, faults);
        FactChains.Check(new ChainInput(rules, badges, challenges, [.. tiers.Select(tier => tier.Definition)], scope.DefaultCurrency), faults);

        return faults.Count > 0
            ? null
            : new RuleBook(
                version,
                currencies.Count > 0 ? [.. currencies.Select(item => item.Definition)] : [Currency.Default],
                [.. rules.Select(item => item.Definition)],
                [.. badges.Select(item => item.Definition)],
                [.. challenges.Select(item => item.Definition)],
                [],
                [.. tiers.Select(item => item.Definition)],
                [],
                new LocalCalendar(earlierZones ?? [new ZoneSpan(zone ?? "UTC", null)]));
    }

    /// <summary>Reads one section; definitions with a fault are left out of the answer.</summary>
    private static List<(T Definition, string Pointer)> Definitions<T>(
        Members members, string section, ReadingScope scope, Func<JsonElement, string, T?> read, Func<T, string> codeOf)
        where T : class
    {
        var definitions = new List<(T, string)>();
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in members.Items(section, ProgramLimits.Definitions))
        {
            var definition = read(item, pointer);
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
        if (members.Text(Name, TimeZoneName.MaxLength) is not { } id)
        {
            return null;
        }

        if (TimeZoneName.IsKnown(id))
        {
            return id;
        }

        members.Fault(Name, $"{TimeZoneName.Expected}, but is \"{id}\"");
        return null;
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
