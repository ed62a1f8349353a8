using System.Text.Json;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>
/// The codes that a document defines, gathered before anything is read: so that a reference is judged where it stands, whatever the order of sections.
/// </summary>
internal sealed class DefinedCodes
{
    /// <summary>The objectives of all challenges together, as if they were a section.</summary>
    public const string Objectives = "objectives";

    private readonly Dictionary<string, Dictionary<string, bool>> _sections = new(StringComparer.Ordinal);

    public static DefinedCodes Of(JsonElement document)
    {
        var codes = new DefinedCodes();
        codes._sections[Objectives] = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var section in ProgramSections.WithCodes)
        {
            var found = new Dictionary<string, bool>(StringComparer.Ordinal);
            foreach (var definition in ListIn(document, section))
            {
                Add(found, definition);
                foreach (var objective in ListIn(definition, Objectives))
                {
                    Add(codes._sections[Objectives], objective);
                }
            }

            codes._sections[section] = found;
        }

        if (codes._sections[ProgramSections.Currencies].Count == 0)
        {
            codes._sections[ProgramSections.Currencies][Currency.Default.Code] = true;
        }

        return codes;
    }

    public bool Has(string section, string code) => _sections[section].ContainsKey(code);

    public bool HasActive(string section, string code) => _sections[section].GetValueOrDefault(code);

    /// <summary>Adds a fault where <paramref name="operand"/>, a code or a list of them, names nothing that is defined.</summary>
    public void Check(string section, in PropertyValue operand, string pointer, FaultList faults)
    {
        if (operand.Kind != PropertyKind.List)
        {
            CheckOne(section, operand, pointer, faults);
            return;
        }

        for (var i = 0; i < operand.Items!.Count; i++)
        {
            CheckOne(section, operand.Items[i], $"{pointer}/{i}", faults);
        }
    }

    private static void Add(Dictionary<string, bool> codes, JsonElement definition)
    {
        if (ProgramSections.CodeOf(definition) is { } code)
        {
            codes[code] = ProgramSections.IsActive(definition);
        }
    }

    private static JsonElement.ArrayEnumerator ListIn(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : default;

    private void CheckOne(string section, in PropertyValue operand, string pointer, FaultList faults)
    {
        if (operand.Text is null)
        {
            faults.Add(pointer, $"must be the code of one of the document's {section}, a text");
        }
        else if (!Has(section, operand.Text))
        {
            faults.Add(pointer, $"'{operand.Text}' is none of the document's {section}");
        }
    }
}
