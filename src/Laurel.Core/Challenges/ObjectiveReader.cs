using System.Text.Json;
using Laurel.Rules;

namespace Laurel.Challenges;

/// <summary>Reads the objectives of one challenge. Source: program.md "objectives".</summary>
internal static class ObjectiveReader
{
    private static readonly string[] MemberNames = ["code", "name", "description", .. CriteriaReader.MemberNames, "requires", "rewards"];

    /// <summary>Reads all; faulty ones are left out, so the places in <see cref="Objective.Requires"/> are right only where there was no fault.</summary>
    public static List<Objective> Read(List<(JsonElement Item, string Pointer)> written, ReadingScope scope, bool isActive)
    {
        var places = Places(written, scope.Faults);
        var objectives = new List<Objective>(written.Count);
        var requires = new List<int[]>(written.Count);
        foreach (var (item, pointer) in written)
        {
            if (Members.Open(item, pointer, "an objective", MemberNames, scope.Faults) is not { } members)
            {
                requires.Add([]);
                continue;
            }

            var code = members.Code();
            members.Text("name", ProgramLimits.NameLength);
            members.Text("description", ProgramLimits.DescriptionLength, mayBeEmpty: true);
            var criteria = CriteriaReader.Read(members, scope);
            requires.Add(Requires(members, scope, places));
            var rewards = RewardReader.Read(members, scope, isActive);
            if (code is not null && criteria is not null)
            {
                objectives.Add(new Objective(code, criteria, requires[^1], rewards));
            }
        }

        CheckRequires(written, requires, scope.Faults);
        return objectives;
    }

    private static Dictionary<string, int> Places(List<(JsonElement Item, string Pointer)> written, FaultList faults)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var place = 0; place < written.Count; place++)
        {
            var (item, pointer) = written[place];
            if (ProgramSections.CodeOf(item) is { } code && !places.TryAdd(code, place))
            {
                faults.Add($"{pointer}/code", $"'{code}' names another objective of this challenge too; each needs its own code");
            }
        }

        return places;
    }

    private static int[] Requires(Members members, ReadingScope scope, Dictionary<string, int> places)
    {
        var requires = new List<int>();
        foreach (var (item, pointer) in members.Items("requires", ProgramLimits.Objectives))
        {
            if (item.ValueKind != JsonValueKind.String || !places.TryGetValue(item.GetString()!, out var place))
            {
                scope.Faults.Add(pointer, $"must be the code of an objective of this challenge, but is {Members.Shown(item)}");
            }
            else if (!requires.Contains(place))
            {
                requires.Add(place);
            }
        }

        return [.. requires];
    }

    // Objectives that wait for each other would never count.
    private static void CheckRequires(List<(JsonElement Item, string Pointer)> written, List<int[]> requires, FaultList faults)
    {
        var graph = new DirectedGraph(requires);
        foreach (var cycle in graph.Cycles())
        {
            var codes = cycle.Append(cycle[0]).Select(place => $"'{ProgramSections.CodeOf(written[place].Item)}'");
            faults.Add($"{written[cycle[0]].Pointer}/requires", $"makes a cycle: {string.Join(" requires ", codes)}; remove one of them");
        }
    }
}
