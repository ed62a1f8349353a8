namespace Laurel.Rules;

/// <summary>
/// How large a regular expression becomes when its counted repeats are written out. Matching is linear in the text, but its first run over a text
/// builds states whose cost grows much faster than that: <c>(.{0,20}){0,20}</c> took over 4 s where <c>.{0,400}</c> took a few ms.
/// Repeats within repeats are the worst, so what they repeat counts squared.
/// </summary>
internal sealed class PatternSize
{
    private const int Most = 1_000_000;
    private readonly string _pattern;
    private int _at;

    private PatternSize(string pattern) => _pattern = pattern;

    /// <summary>The size of a valid pattern; null where it is written in a way that this cannot follow: the option x, or [ inside a class.</summary>
    public static int? Of(string pattern)
    {
        var walk = new PatternSize(pattern);
        var part = walk.Alternatives();
        return part.IsKnown && walk._at == pattern.Length ? part.Size : null;
    }

    private Part Alternatives()
    {
        var sum = new Part(0, HasRepeat: false, IsKnown: true);
        while (_at < _pattern.Length && _pattern[_at] != ')')
        {
            sum = sum.And(Repeated(Atom()));
        }

        return sum;
    }

    private Part Atom()
    {
        switch (_pattern[_at++])
        {
            case '(':
                return Group();
            case '[':
                return Part.One with { IsKnown = Class() };
            case '\\':
                Escape();
                return Part.One;
            default:
                return Part.One;
        }
    }

    private Part Group()
    {
        if (Skip("?#"))
        {
            var end = _pattern.AsSpan(_at).IndexOf(')');
            _at += end + 1;
            return Part.One;
        }

        var isKnown = true;
        if (Skip("?"))
        {
            // (?:…), (?i-s:…), (?i) and (?<name>…). White space and comments mean something else under x.
            while (_at < _pattern.Length && (char.IsAsciiLetter(_pattern[_at]) || _pattern[_at] == '-'))
            {
                isKnown &= _pattern[_at] != 'x';
                _at++;
            }

            if (_at < _pattern.Length && _pattern[_at] is ':' or '<' or '\'')
            {
                _at++;
            }
        }

        var part = Alternatives();
        isKnown &= _at < _pattern.Length;
        _at++;
        return part with { IsKnown = part.IsKnown && isKnown };
    }

    private bool Class()
    {
        // ] stands for itself at the start. A [ inside may or may not begin a class to take away, so it must be escaped.
        Skip("^");
        Skip("]");
        var isKnown = true;
        while (_at < _pattern.Length && _pattern[_at] != ']')
        {
            isKnown &= _pattern[_at] != '[';
            _at += _pattern[_at] == '\\' ? 2 : 1;
        }

        _at++;
        return isKnown;
    }

    private void Escape()
    {
        var c = _pattern[_at++];
        if (c is 'p' or 'P' && _at < _pattern.Length && _pattern[_at] == '{')
        {
            _at += _pattern.AsSpan(_at).IndexOf('}') + 1;
        }
    }

    private Part Repeated(Part part)
    {
        if (_at == _pattern.Length || Count() is not { } count)
        {
            return part;
        }

        // A ? after a quantifier makes it lazy.
        Skip("?");
        var body = part.HasRepeat ? (long)part.Size * part.Size : part.Size;
        return new Part((int)Math.Min(Most, body * count), HasRepeat: true, part.IsKnown);
    }

    /// <summary>How often a quantifier repeats at most (once more than at least, where there is no most); null where none stands here.</summary>
    private int? Count()
    {
        switch (_pattern[_at])
        {
            case '*' or '+' or '?':
                _at++;
                return 1;
            case '{':
                var end = _pattern.AsSpan(_at).IndexOf('}');
                if (end < 0 || !Counts(_pattern.AsSpan(_at + 1, end - 1), out var count))
                {
                    return null;
                }

                _at += end + 1;
                return count;
            default:
                return null;
        }
    }

    private static bool Counts(ReadOnlySpan<char> text, out int count)
    {
        var comma = text.IndexOf(',');
        var least = comma < 0 ? text : text[..comma];
        var most = comma < 0 ? text : text[(comma + 1)..];
        count = 0;
        if (least.IsEmpty || least.ContainsAnyExceptInRange('0', '9') || most.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        count = int.TryParse(most.IsEmpty ? least : most, out var number) ? Math.Min(number, Most) : Most;
        count = Math.Max(1, most.IsEmpty ? count + 1 : count);
        return true;
    }

    private bool Skip(string text)
    {
        var follows = _pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal);
        _at += follows ? text.Length : 0;
        return follows;
    }

    private readonly record struct Part(int Size, bool HasRepeat, bool IsKnown)
    {
        public static readonly Part One = new(1, HasRepeat: false, IsKnown: true);

        public Part And(Part other) => new(Math.Min(Most, Size + other.Size), HasRepeat || other.HasRepeat, IsKnown && other.IsKnown);
    }
}
