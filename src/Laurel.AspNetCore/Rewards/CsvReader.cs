using System.Text;

namespace Laurel.AspNetCore.Rewards;

/// <summary>
/// Reads CSV as RFC 4180 has it, record by record: fields parted by commas, quoted where they hold commas, quotes (doubled) or line ends. Lines end with
/// CRLF or LF. A byte order mark is passed over, since spreadsheets write one.
/// </summary>
internal sealed class CsvReader(string text)
{
    private int _at = text.StartsWith('\uFEFF') ? 1 : 0;
    private int _nextLine = 1;

    /// <summary>The line where the last record began, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Whether the last record was no CSV: a quote is not closed, or stands within a field.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The next record that is no blank line; null at the end, and where the text is broken.</summary>
    public List<string>? Read()
    {
        while (_at < text.Length && !IsBroken)
        {
            Line = _nextLine;
            var isBlank = EndOfField(_at) == _at && text[_at] != ',';
            var fields = ReadFields();
            if (_at < text.Length)
            {
                _at += text[_at] == '\r' ? 2 : 1;
                _nextLine++;
            }

            if (!isBlank && !IsBroken)
            {
                return fields;
            }
        }

        return null;
    }

    private List<string> ReadFields()
    {
        var fields = new List<string>(1);
        while (ReadField() is { } field)
        {
            fields.Add(field);
            if (_at == text.Length || text[_at] != ',')
            {
                return fields;
            }

            _at++;
        }

        IsBroken = true;
        return fields;
    }

    // Leaves what follows: a comma, a line end, or nothing. Null where a quote stands wrong.
    private string? ReadField()
    {
        if (_at < text.Length && text[_at] == '"')
        {
            return ReadQuoted();
        }

        var start = _at;
        _at = EndOfField(start);
        return text.AsSpan(start, _at - start).Contains('"') ? null : text[start.._at];
    }

    private string? ReadQuoted()
    {
        var field = new StringBuilder();
        while (true)
        {
            var start = _at + 1;
            _at = text.IndexOf('"', start);
            if (_at < 0)
            {
                _at = text.Length;
                return null;
            }

            field.Append(text, start, _at - start);
            _nextLine += text.AsSpan(start, _at - start).Count('\n');
            _at++;
            if (_at == text.Length || text[_at] != '"')
            {
                return EndOfField(_at) == _at ? field.ToString() : null;
            }

            field.Append('"');
        }
    }

    private int EndOfField(int from)
    {
        var length = text.AsSpan(from).IndexOfAny(',', '\n');
        var end = length < 0 ? text.Length : from + length;
        return end < text.Length && text[end] == '\n' && end > from && text[end - 1] == '\r' ? end - 1 : end;
    }
}
