using System.Diagnostics.CodeAnalysis;
using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>What became of a program document: a book where it has no fault, else all its faults.</summary>
public sealed record ProgramReading
{
    internal ProgramReading(RuleBook book)
    {
        Book = book;
        Faults = [];
    }

    internal ProgramReading(IReadOnlyList<Fault> faults) => Faults = faults;

    /// <summary>Null where there are faults.</summary>
    public RuleBook? Book { get; }

    /// <summary>Every fault with its RFC 6901 pointer; malformed JSON is one fault at the root, <c>""</c>.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>Whether the document may be published.</summary>
    [MemberNotNullWhen(true, nameof(Book))]
    public bool IsValid => Book is not null;
}
