using System.Globalization;
using System.Text;
using System.Text.Json;
using Laurel.Evaluation;
using Laurel.Facts;

namespace Laurel.Points;

/// <summary>
/// Adding lots, and taking points from those that expire first. A participant with thousands of live lots keeps the first and the last few in the document and
/// the others in parts of some hundred, so that a typical award touches no part. Pages grow with their number, so that a hundred thousand lots are some seventy
/// pages, in whatever order they come. Source: semantics §8, "Lots".
/// </summary>
internal static class LotEvaluation
{
    private const int MostInHead = 64;
    private const int MostInTail = 48;
    private const int Moved = 32;
    private const int MostInFirstPage = 512;
    private const int MoreInEachPage = 32;

    /// <summary>Adds points that expire at <paramref name="expiresAt"/>.</summary>
    public static LotBook Add(LotBook book, Timestamp expiresAt, long amount, PartShelf shelf)
    {
        if (book.Pages.Length == 0)
        {
            return SplitHead(book with { Head = Insert(book.Head, expiresAt, amount) }, shelf);
        }

        if (expiresAt < book.Pages[0].First)
        {
            return SplitHead(book with { Head = Insert(book.Head, expiresAt, amount) }, shelf);
        }

        if (expiresAt > book.Pages[^1].Last)
        {
            return MoveTail(book with { Tail = Insert(book.Tail, expiresAt, amount) }, shelf);
        }

        var place = Array.FindLastIndex(book.Pages, page => page.First <= expiresAt);
        var lots = Insert(Read(book, place, shelf), expiresAt, amount);
        return lots.Length <= 2 * MostInPage(book) ? Store(book, place, lots, shelf) : Split(book, place, lots, shelf);
    }

    /// <summary>Takes up to <paramref name="amount"/> from what expires first; what the lots do not hold was never to expire.</summary>
    public static LotBook Take(LotBook book, long amount, PartShelf shelf)
    {
        while (amount > 0 && book.NextExpiry is not null)
        {
            book = WithHead(book, shelf);
            if (book.Head.Length == 0)
            {
                // The page is missing: the shell loads it and evaluates again.
                return book;
            }

            var taken = Math.Min(amount, book.Head[0].Amount);
            amount -= taken;
            book = book with { Head = taken == book.Head[0].Amount ? book.Head[1..] : [book.Head[0] with { Amount = book.Head[0].Amount - taken }, .. book.Head[1..]] };
        }

        return book;
    }

    /// <summary>The book with its first lot in the head, where there is one and its page is loaded.</summary>
    public static LotBook WithHead(LotBook book, PartShelf shelf)
    {
        if (book.Head.Length > 0)
        {
            return book;
        }

        var lots = book.Pages.Length == 0 ? [] : Read(book, 0, shelf);
        if (lots.Length == 0)
        {
            return book;
        }

        if (lots.Length <= Moved)
        {
            // Without pages, all lots stand in the head.
            shelf.Put(KeyOf(book, book.Pages[0].Id), null);
            var isLast = book.Pages.Length == 1;
            return book with { Head = isLast ? [.. lots, .. book.Tail] : lots, Pages = book.Pages[1..], Tail = isLast ? [] : book.Tail };
        }

        return Store(book with { Head = lots[..Moved] }, 0, lots[Moved..], shelf);
    }

    private static Lot[] Insert(Lot[] lots, Timestamp expiresAt, long amount)
    {
        var place = lots.Length;
        while (place > 0 && lots[place - 1].ExpiresAt > expiresAt)
        {
            place--;
        }

        if (place > 0 && lots[place - 1].ExpiresAt == expiresAt)
        {
            return [.. lots[..(place - 1)], new Lot(expiresAt, lots[place - 1].Amount + amount), .. lots[place..]];
        }

        return [.. lots[..place], new Lot(expiresAt, amount), .. lots[place..]];
    }

    private static LotBook SplitHead(LotBook book, PartShelf shelf)
    {
        if (book.Head.Length <= MostInHead)
        {
            return book;
        }

        if (book.Pages.Length > 0 && book.Pages[0].Count + Moved <= MostInPage(book))
        {
            return Store(book with { Head = book.Head[..^Moved] }, 0, [.. book.Head[^Moved..], .. Read(book, 0, shelf)], shelf);
        }

        // The last of the head come before all pages; of a first page, the very last become the tail, where most awards fall.
        var kept = book.Head.Length - Moved - (book.Pages.Length == 0 ? Moved / 2 : 0);
        var page = new LotPage(book.NextPage, default, default, 0);
        var split = book with
        {
            Head = book.Head[..kept],
            Pages = [page, .. book.Pages],
            Tail = book.Pages.Length == 0 ? book.Head[(kept + Moved)..] : book.Tail,
            NextPage = book.NextPage + 1,
        };
        return Store(split, 0, book.Head[kept..(kept + Moved)], shelf);
    }

    private static LotBook MoveTail(LotBook book, PartShelf shelf)
    {
        if (book.Tail.Length <= MostInTail)
        {
            return book;
        }

        var moved = book.Tail[..Moved];
        book = book with { Tail = book.Tail[Moved..] };
        var last = book.Pages.Length - 1;
        if (book.Pages[last].Count + Moved <= MostInPage(book))
        {
            return Store(book, last, [.. Read(book, last, shelf), .. moved], shelf);
        }

        book = book with { Pages = [.. book.Pages, new LotPage(book.NextPage, default, default, 0)], NextPage = book.NextPage + 1 };
        return Store(book, last + 1, moved, shelf);
    }

    private static LotBook Split(LotBook book, int place, Lot[] lots, PartShelf shelf)
    {
        var (page, half) = (new LotPage(book.NextPage, default, default, 0), lots.Length / 2);
        var split = book with { Pages = [.. book.Pages[..(place + 1)], page, .. book.Pages[(place + 1)..]], NextPage = book.NextPage + 1 };
        return Store(Store(split, place, lots[..half], shelf), place + 1, lots[half..], shelf);
    }

    private static int MostInPage(LotBook book) => MostInFirstPage + (MoreInEachPage * book.Pages.Length);

    private static LotBook Store(LotBook book, int place, Lot[] lots, PartShelf shelf)
    {
        var page = book.Pages[place] with { First = lots[0].ExpiresAt, Last = lots[^1].ExpiresAt, Count = lots.Length };
        shelf.Put(KeyOf(book, page.Id), Write(lots));
        LotPage[] pages = [.. book.Pages];
        pages[place] = page;
        return book with { Pages = pages };
    }

    private static string KeyOf(LotBook book, int id) => string.Create(CultureInfo.InvariantCulture, $"lots/{book.Currency}/{id}");

    private static Lot[] Read(LotBook book, int place, PartShelf shelf)
    {
        var document = shelf.Find(KeyOf(book, book.Pages[place].Id));
        var lots = new List<Lot>();
        if (document.IsEmpty)
        {
            return [];
        }

        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            var expiresAt = new Timestamp(reader.GetInt64());
            reader.Read();
            lots.Add(new Lot(expiresAt, reader.GetInt64()));
        }

        return [.. lots];
    }

    private static byte[] Write(Lot[] lots) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"[{string.Join(",", lots.Select(lot => string.Create(CultureInfo.InvariantCulture, $"{lot.ExpiresAt.UnixMicroseconds},{lot.Amount}")))}]"));
}
