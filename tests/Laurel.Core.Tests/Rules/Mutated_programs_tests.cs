using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>Whatever a document has become: reading it ends in a book or in faults, never in an exception; and a book can be used.</summary>
public class Mutated_programs_tests
{
    private static readonly byte[] Demo = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "demo-program.json"));

    internal static readonly byte[] Whole = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Rules", "whole-program.json"));

    // No writer writes half of a surrogate pair: it is put into the text afterwards.
    private const string HalfAPair = "half_a_pair";

    // Fragments that mean something somewhere in a document, so that mutants come far before they fail.
    private static readonly string[] Fragments =
    [
        "null", "true", "-1", "0", "1", "2.5", "1e400", "1e-40", "\"\"", "\"points\"", "\"all_time\"", "\"gold\"", "\"first_purchase\"", "\"sum\"", "\"any\"", "[]", "{}", "[1,[2]]",
        "\"points.awarded\"", "\"badge.unlocked\"", "\"tier.changed\"", "\"challenge.completed\"", "\"challenge.objective_completed\"", "\"properties.amount\"", "\"participant.badges\"",
        """{"any":1}""", """{"type":"badge","code":"regular"}""", """{"property":"properties.a","op":"matches","value":"(a"}""", """{"not":{"property":"participant.tier","op":"exists"}}""",
        """{"event_name":"badge.unlocked","target":1}""", """{"code":"x","event_name":"badge.unlocked","target":1,"requires":["x","buy_five"]}""", $"\"{HalfAPair}\"", "\"\\u0000\"", "\"2026-01-01T00:00:00Z\"",
    ];

    internal static readonly string[] WholeFragments =
    [
        .. Fragments, "\"daily\"", "\"weekly\"", "\"day\"", "\"P7D\"", "\"max\"", "\"min\"", "\"distinct\"", "\"streak\"", "\"local_day\"", "\"local_week\"", "\"reward\"", "\"explicit\"", "\"streak.extended\"",
        "\"streak.milestone_reached\"", "\"reward.granted\"", "\"coupon10\"", "\"daily_login\"", "\"2026-02-14\"", "10001", """{"type":"reward","code":"coupon10"}""", """{"period":"day","amount":5}""",
        """{"count":7,"rewards":[]}""", """{"earned_every":2,"stockpile_max":1}""", """{"recurrence":"monthly","rolling":"P1M"}""", """{"type":"streak","period":"weekly"}""", """{"period":"monthly","min_points":1}""",
    ];

    [Fact]
    public void Documents_with_other_bytes_are_read_to_an_answer() =>
        Gen.Select(Gen.Int[0, Demo.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 4].Sample(
            edits =>
            {
                var document = Demo.ToList();
                foreach (var (place, value, length) in edits)
                {
                    var at = Math.Min(place, document.Count - 1);
                    document.RemoveRange(at, Math.Min(length, document.Count - at));
                    document.Insert(at, value);
                }

                return IsAnswer(ProgramReader.Read(document.ToArray(), version: 1));
            },
            iter: 1000);

    [Fact]
    public void Documents_with_other_values_are_read_to_an_answer()
    {
        var (books, faults) = (0, 0);
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, Fragments.Length], Gen.Int[0, 10_000]).Array[1, 3].Sample(
            edits =>
            {
                var document = JsonNode.Parse(Demo)!;
                foreach (var (place, fragment, source) in edits)
                {
                    Mutate(document, place, fragment, source, Fragments);
                }

                var text = document.ToJsonString().Replace(HalfAPair, "\\ud800", StringComparison.Ordinal);
                var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(text), version: 1);
                _ = reading.IsValid ? Interlocked.Increment(ref books) : Interlocked.Increment(ref faults);
                return IsAnswer(reading);
            },
            iter: 2000);

        // A mutation that only ever broke the document would prove little.
        Assert.True(books > 100 && faults > 100, $"{books} books and {faults} faulty documents");
    }

    [Fact]
    public void Whole_documents_with_other_values_are_read_to_an_answer()
    {
        var (books, faults) = (0, 0);
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, WholeFragments.Length], Gen.Int[0, 10_000]).Array[1, 3].Sample(
            edits =>
            {
                var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(Mutated(JsonNode.Parse(Whole)!, edits)), version: 1);
                _ = reading.IsValid ? Interlocked.Increment(ref books) : Interlocked.Increment(ref faults);
                return reading.IsValid ? reading.Faults.Count == 0 : HasFaults(reading);
            },
            iter: 4000);

        Assert.True(books > 200 && faults > 200, $"{books} books and {faults} faulty documents");
    }

    /// <summary>The document with values of <see cref="WholeFragments"/> and of its own elsewhere, as text.</summary>
    internal static string Mutated(JsonNode document, (int Place, int Fragment, int Source)[] edits)
    {
        foreach (var (place, fragment, source) in edits)
        {
            Mutate(document, place, fragment, source, WholeFragments);
        }

        return document.ToJsonString().Replace(HalfAPair, "\\ud800", StringComparison.Ordinal);
    }

    private static bool HasFaults(ProgramReading reading) =>
        reading.Faults.Count > 0 && reading.Faults.All(fault => fault.Message.Length > 0 && (fault.Pointer.Length == 0 || fault.Pointer[0] == '/'));

    private static bool IsAnswer(ProgramReading reading)
    {
        if (!reading.IsValid)
        {
            return HasFaults(reading);
        }

        Assert.Empty(reading.Faults);
        var now = new Timestamp(1_767_225_600_000_000);
        var state = ParticipantState.New;
        for (var i = 0; i < 6; i++)
        {
            var properties = Properties.ReadTrusted("""{"amount":250,"currency":"USD"}"""u8);
            state = Evaluator.Evaluate(reading.Book, state, new EventInput(FactId.StartOfBlock(now, (ulong)i), "purchase_completed", properties, now, now)).State;
        }

        return state.Seq == 6;
    }

    // Puts a fragment, or a copy of another part of the document, in the place of one of the document's values; or takes the value out.
    private static void Mutate(JsonNode document, int place, int fragment, int source, string[] fragments)
    {
        var nodes = Below(document).ToList();
        var target = nodes[place % nodes.Count];
        var value = fragment == fragments.Length ? nodes[source % nodes.Count].DeepClone() : JsonNode.Parse(fragments[fragment]);
        if (target.Parent is JsonArray list)
        {
            var index = list.IndexOf(target);
            if (source % 5 == 0)
            {
                list.RemoveAt(index);
            }
            else if (source % 5 == 1)
            {
                list.Insert(index, value);
            }
            else
            {
                list[index] = value;
            }
        }
        else if (target.Parent is JsonObject parent)
        {
            var name = target.GetPropertyName();
            if (source % 5 == 0)
            {
                parent.Remove(name);
            }
            else
            {
                parent[name] = value;
            }
        }
    }

    private static IEnumerable<JsonNode> Below(JsonNode node) => node switch
    {
        JsonObject members => members.Where(member => member.Value is not null).SelectMany(member => Below(member.Value!).Prepend(member.Value!)),
        JsonArray items => items.Where(item => item is not null).SelectMany(item => Below(item!).Prepend(item!)),
        _ => [],
    };
}
