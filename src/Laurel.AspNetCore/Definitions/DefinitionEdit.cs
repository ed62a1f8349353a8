using System.Buffers;
using System.Text.Json;
using Laurel.AspNetCore.Hosting;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.AspNetCore.Definitions;

/// <summary>
/// A change of one definition, which makes the next version of the whole program: the document is read as a whole, so that a definition is judged beside all
/// others. <paramref name="Body"/> is what was sent.
/// </summary>
internal abstract record DefinitionEdit(DefinitionSection Section, JsonElement Body)
{
    private const string CodeMember = "code";

    /// <summary>A definition that was not there.</summary>
    public sealed record Create(DefinitionSection Section, JsonElement Body) : DefinitionEdit(Section, Body)
    {
        /// <summary>The code that the body names; null where it names none.</summary>
        public string? Code { get; } = Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(CodeMember, out var code) && code.ValueKind == JsonValueKind.String
            ? code.GetString()
            : null;

        protected override ProgramDraft Apply(JsonElement document, int newest) =>
            Code is { } code && Section.Find(document, code) is { } taken
                ? new ProgramDraft.Refused(new PublishOutcome.Taken(newest, Section, code, DefinitionSection.IsActive(taken.Definition)))
                : Compose(document, place: null, Body.WriteTo);
    }

    /// <summary>Another definition in the place of one. The code may be left out, since the path has it.</summary>
    public sealed record Replace(DefinitionSection Section, string Code, JsonElement Body) : DefinitionEdit(Section, Body)
    {
        protected override ProgramDraft Apply(JsonElement document, int newest) =>
            Section.Find(document, Code) is not { } found ? Missing(newest, Code)
            : CodeFault(Code) is { } fault ? new ProgramDraft.Refused(new PublishOutcome.Faulty([fault]))
            : Compose(document, found.Place, Write);

        private void Write(Utf8JsonWriter writer)
        {
            if (Body.ValueKind != JsonValueKind.Object || Body.TryGetProperty(CodeMember, out _))
            {
                Body.WriteTo(writer);
                return;
            }

            writer.WriteStartObject();
            writer.WriteString(CodeMember, Code);
            foreach (var member in Body.EnumerateObject())
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
    }

    /// <summary>A definition with some members changed: <see cref="MergePatch"/>.</summary>
    public sealed record Patch(DefinitionSection Section, string Code, JsonElement Body) : DefinitionEdit(Section, Body)
    {
        protected override ProgramDraft Apply(JsonElement document, int newest)
        {
            if (Section.Find(document, Code) is not { } found)
            {
                return Missing(newest, Code);
            }

            Fault? fault = Body.ValueKind == JsonValueKind.Object
                ? CodeFault(Code)
                : new Fault("", "must be a JSON object with the members to change (RFC 7396); null removes a member");
            return fault is { } wrong
                ? new ProgramDraft.Refused(new PublishOutcome.Faulty([wrong]))
                : Compose(document, found.Place, writer => MergePatch.Write(writer, found.Definition, Body));
        }
    }

    /// <summary>What the edit makes of <paramref name="kept"/>, the newest document, whose version is <paramref name="newest"/> (0 for none).</summary>
    public ProgramDraft Apply(ReadOnlyMemory<byte> kept, int newest)
    {
        using var document = JsonDocument.Parse(kept);
        return Apply(document.RootElement, newest);
    }

    protected abstract ProgramDraft Apply(JsonElement document, int newest);

    protected ProgramDraft.Refused Missing(int newest, string code) => new(new PublishOutcome.NoDefinition(newest, Section, code));

    /// <summary>A code names a definition for good: what participants have hangs on it.</summary>
    protected Fault? CodeFault(string code) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(CodeMember, out var named) && !(named.ValueKind == JsonValueKind.String && named.ValueEquals(code))
            ? new Fault($"/{CodeMember}", $"must be '{code}' as in the path, or left out: a code never changes. Make a definition with the new code, and deactivate this one")
            : null;

    /// <summary>The document with the definition at <paramref name="place"/> (null = after the last) as <paramref name="write"/> writes it, or its faults.</summary>
    protected ProgramDraft Compose(JsonElement document, int? place, Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        var at = place ?? Section.In(document).Count();
        using (var writer = new Utf8JsonWriter(output, JsonAnswers.Options))
        {
            writer.WriteStartObject();
            foreach (var member in document.EnumerateObject())
            {
                if (member.Name != Section.Name)
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteStartArray(Section.Name);
            var next = 0;
            foreach (var definition in Section.In(document))
            {
                if (next++ == at)
                {
                    write(writer);
                }
                else
                {
                    definition.WriteTo(writer);
                }
            }

            if (place is null)
            {
                write(writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var reading = ProgramReader.Read(output.WrittenMemory, version: 0);
        return reading.IsValid
            ? new ProgramDraft.Document(output.WrittenMemory)
            : new ProgramDraft.Refused(new PublishOutcome.Faulty([.. reading.Faults.Select(fault => Placed(fault, $"/{Section.Name}/{at}", document))]));
    }

    // Callers know the definition that they sent, not the document around it.
    private static Fault Placed(Fault fault, string sent, JsonElement document)
    {
        if (fault.Pointer == sent || fault.Pointer.StartsWith($"{sent}/", StringComparison.Ordinal))
        {
            return fault with { Pointer = fault.Pointer[sent.Length..] };
        }

        var steps = fault.Pointer.Split('/', 4);
        return steps.Length > 2 && DefinitionSection.All.FirstOrDefault(section => section.Name == steps[1]) is { } other
            && int.TryParse(steps[2], out var place) && other.In(document).ElementAtOrDefault(place) is { ValueKind: JsonValueKind.Object } definition
            ? new Fault("", $"does not fit to the {other.Word} '{definition.GetProperty(CodeMember).GetString()}'{(steps.Length > 3 ? $", whose /{steps[3]}" : ", which")} {fault.Message}")
            : new Fault("", $"does not fit into the program{(fault.Pointer.Length > 0 ? $", whose {fault.Pointer}" : ", which")} {fault.Message}");
    }
}
