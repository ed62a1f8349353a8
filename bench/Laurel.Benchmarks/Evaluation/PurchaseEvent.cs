using System.Text;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Rules;

namespace Laurel.Benchmarks.Evaluation;

/// <summary>The event that every layer sends, and the program that judges it.</summary>
internal static class PurchaseEvent
{
    public const string Name = "purchase_completed";

    public const string Json = """{"amount":49.99,"currency":"USD","product_id":"prod_abc"}""";

    /// <summary>Points that one event earns: 5, 49 and 10, by three of the ten rules.</summary>
    public const long Points = 64;

    public static EventInput Read(Timestamp at) =>
        new(FactId.StartOfBlock(at, 1), Name, Properties.ReadTrusted(Encoding.UTF8.GetBytes(Json)), at, at);

    public static RuleBook ReadBook(BenchOptions options)
    {
        var reading = ProgramReader.Read(File.ReadAllBytes(options.ProgramDocument), 1);
        return reading.Book ?? throw new BenchFailedException($"{options.ProgramDocument}: {reading.Faults[0].Message}");
    }

    /// <summary>Fails the run where the program does not grant what the layers expect.</summary>
    public static void Verify(RuleBook book, EventInput input)
    {
        var facts = Evaluator.Evaluate(book, ParticipantState.New, input).Facts;
        if (book.PointRules.Count != 10 || facts.Count != 3 || facts.OfType<Laurel.Facts.PointsAwarded>().Sum(fact => fact.Amount) != Points)
        {
            throw new BenchFailedException($"{book.PointRules.Count} rules made {facts.Count} facts; 10 rules and 3 facts of {Points} points were expected.");
        }
    }
}
