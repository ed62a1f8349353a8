using CsCheck;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Points;

namespace Laurel.Core.Tests.Points;

/// <summary>Lots against a plain sorted list, with pages that must be loaded.</summary>
public class Lots_properties
{
    private abstract record Step
    {
        public sealed record Add(int Expiry, int Amount) : Step;

        public sealed record Take(int Amount) : Step;

        public sealed record ExpireFirst : Step;
    }

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (40, Gen.Select(Gen.Int[1, 100_000], Gen.Int[1, 50], (expiry, amount) => (Step)new Step.Add(expiry, amount))),
        (1, Gen.Int[1, 300].Select(amount => (Step)new Step.Take(amount))),
        (1, Gen.Const((Step)new Step.ExpireFirst())));

    [Fact]
    public void Lots_hold_what_a_sorted_list_holds_and_give_up_what_expires_first()
    {
        var pagesSeen = 0;
        Gen.Select(AnyStep.Array[1, 1500], Gen.Bool).Sample(
            (steps, inOrder) =>
            {
                var book = new LotBook("points", [], [], [], 0);
                var parts = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
                var model = new SortedDictionary<long, long>();
                for (var i = 0; i < steps.Length; i++)
                {
                    // Most programs award lots that expire later and later.
                    var step = inOrder && steps[i] is Step.Add add ? add with { Expiry = 1000 + (i * 10) } : steps[i];
                    book = WithParts(parts, shelf => Apply(book, step, shelf));
                    Apply(model, step);
                    Assert.Equal(model.Count == 0 ? null : model.First().Key, book.NextExpiry?.UnixMicroseconds);
                }

                Interlocked.Add(ref pagesSeen, book.Pages.Length);
                Assert.Equal(model.Select(pair => (pair.Key, pair.Value)), Drain(book, parts));
            },
            iter: 200);
        Assert.True(pagesSeen > 100, $"only {pagesSeen} pages were made");
    }

    private static LotBook Apply(LotBook book, Step step, PartShelf shelf)
    {
        switch (step)
        {
            case Step.Add add:
                return LotEvaluation.Add(book, new Timestamp(add.Expiry), add.Amount, shelf);
            case Step.Take take:
                return LotEvaluation.Take(book, take.Amount, shelf);
            default:
                var first = LotEvaluation.WithHead(book, shelf);
                return first.Head.Length == 0 ? first : first with { Head = first.Head[1..] };
        }
    }

    private static void Apply(SortedDictionary<long, long> model, Step step)
    {
        switch (step)
        {
            case Step.Add add:
                model[add.Expiry] = model.GetValueOrDefault(add.Expiry) + add.Amount;
                break;
            case Step.Take take:
                var left = (long)take.Amount;
                while (left > 0 && model.Count > 0)
                {
                    var (expiry, amount) = model.First();
                    var taken = Math.Min(left, amount);
                    left -= taken;
                    _ = taken == amount ? model.Remove(expiry) : (model[expiry] = amount - taken) > 0;
                }

                break;
            default:
                if (model.Count > 0)
                {
                    model.Remove(model.First().Key);
                }

                break;
        }
    }

    private static List<(long Expiry, long Amount)> Drain(LotBook book, Dictionary<string, ReadOnlyMemory<byte>?> parts)
    {
        var lots = new List<(long, long)>();
        while (book.NextExpiry is not null)
        {
            book = WithParts(parts, shelf => LotEvaluation.WithHead(book, shelf));
            lots.Add((book.Head[0].ExpiresAt.UnixMicroseconds, book.Head[0].Amount));
            book = book with { Head = book.Head[1..] };
        }

        return lots;
    }

    private static LotBook WithParts(Dictionary<string, ReadOnlyMemory<byte>?> parts, Func<PartShelf, LotBook> apply)
    {
        var loaded = new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal);
        while (true)
        {
            var shelf = new PartShelf(hasParts: true, new Supplies(loaded, []));
            var book = apply(shelf);
            if (shelf.Missing.Count == 0)
            {
                foreach (var (key, document) in shelf.Changes)
                {
                    parts[key] = document is null ? null : new ReadOnlyMemory<byte>(document);
                }

                return book;
            }

            foreach (var key in shelf.Missing)
            {
                loaded[key] = parts.GetValueOrDefault(key);
            }
        }
    }
}
