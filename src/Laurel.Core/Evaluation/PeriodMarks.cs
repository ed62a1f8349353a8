using System.Globalization;
using System.Text;
using Laurel.Calendars;

namespace Laurel.Evaluation;

/// <summary>
/// A <see cref="PeriodSet"/> in the making. The two newest pages stand in the state's document; the others are parts named after <paramref name="owner"/>.
/// </summary>
internal sealed class PeriodMarks(PeriodSet before, string owner, PartShelf shelf)
{
    private const int InDocument = 2;
    private readonly List<(PeriodPage Page, bool IsChanged)> _pages = [.. before.Pages.Select(page => (page, false))];
    private bool _isChanged;

    public bool IsActive(int period) => Bit(PageOf(period).Active, period);

    public bool IsFrozen(int period) => Bit(PageOf(period).Frozen, period);

    /// <summary>Marks a period. A day that a zone skipped (Apia, 2011-12-30) is nobody's to miss: beside an active one it counts as frozen.</summary>
    public void SetActive(Period period, LocalCalendar calendar)
    {
        var page = PageOf(period.Number);
        Put(page with { Active = page.Active | Mask(period.Number) });
        if (period.Kind == PeriodKind.Day)
        {
            FreezeWhereEmpty(calendar, period with { Number = period.Number - 1 });
            FreezeWhereEmpty(calendar, period.Next);
        }
    }

    public void SetFrozen(int period)
    {
        var page = PageOf(period);
        Put(page with { Frozen = page.Frozen | Mask(period) });
    }

    /// <summary>
    /// The run of active periods on one side of <paramref name="period"/>, itself not counted: how many are active, and the last of them.
    /// Up to <paramref name="grace"/> periods between two active ones may be neither active nor frozen.
    /// </summary>
    public (int Count, int End) Run(int period, int step, int grace)
    {
        var (count, end, gap) = (0, period, 0);
        for (var at = period + step; gap <= grace; at += step)
        {
            var page = PageOf(at);
            if (Bit(page.Active, at))
            {
                (count, end, gap) = (count + 1, at, 0);
            }
            else if (!Bit(page.Frozen, at))
            {
                gap++;
            }
        }

        return (count, end);
    }

    private void FreezeWhereEmpty(LocalCalendar calendar, Period period)
    {
        if (calendar.StartOf(period) == calendar.EndOf(period))
        {
            SetFrozen(period.Number);
        }
    }

    /// <summary>What the document keeps; the rest goes to the shelf.</summary>
    public PeriodSet ToSet()
    {
        if (!_isChanged)
        {
            return before;
        }

        _pages.Sort(static (left, right) => right.Page.Number.CompareTo(left.Page.Number));
        for (var i = InDocument; i < _pages.Count; i++)
        {
            if (_pages[i].IsChanged || before.Pages.Any(page => page.Number == _pages[i].Page.Number))
            {
                shelf.Put(KeyOf(_pages[i].Page.Number), Write(_pages[i].Page));
            }
        }

        return new PeriodSet([.. _pages.Take(InDocument).Select(entry => entry.Page)], before.HasOlder || _pages.Count > InDocument, before.Since);
    }

    private PeriodPage PageOf(int period)
    {
        var number = period >> 7;
        for (var i = 0; i < _pages.Count; i++)
        {
            if (_pages[i].Page.Number == number)
            {
                return _pages[i].Page;
            }
        }

        // A page that is newer than the oldest one of the document would stand there too.
        var isOlder = before.HasOlder && number < before.Pages[^1].Number;
        var page = isOlder ? Read(number, shelf.Find(KeyOf(number))) : new PeriodPage(number, 0, 0);
        if (isOlder)
        {
            _pages.Add((page, false));
        }

        return page;
    }

    private void Put(PeriodPage page)
    {
        _isChanged = true;
        var place = _pages.FindIndex(entry => entry.Page.Number == page.Number);
        if (place < 0)
        {
            _pages.Add((page, true));
        }
        else
        {
            _pages[place] = (page, true);
        }
    }

    private string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"periods/{owner}/{before.Since}/{number}");

    private static byte[] Write(PeriodPage page) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[\"{page.Active:x}\",\"{page.Frozen:x}\"]"));

    private static PeriodPage Read(int number, ReadOnlyMemory<byte> document)
    {
        if (document.IsEmpty)
        {
            return new PeriodPage(number, 0, 0);
        }

        var texts = Encoding.ASCII.GetString(document.Span).Split('"');
        return new PeriodPage(number, Bits(texts[1]), Bits(texts[3]));

        static UInt128 Bits(string text) => UInt128.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static bool Bit(UInt128 bits, int period) => (bits & Mask(period)) != 0;

    private static UInt128 Mask(int period) => UInt128.One << (period & (PeriodPage.Size - 1));
}
