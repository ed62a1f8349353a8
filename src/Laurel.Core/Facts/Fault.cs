namespace Laurel.Facts;

/// <summary>One thing wrong with a document: where (an RFC 6901 JSON pointer) and what to change.</summary>
public readonly record struct Fault(string Pointer, string Message);
