using Microsoft.AspNetCore.Builder;

namespace Laurel.AspNetCore.ApiReference;

/// <summary>
/// What a slice says of an endpoint beside its route; the API reference is made of nothing else. <paramref name="Id"/> names the operation for
/// generated clients, <paramref name="Tag"/> the chapter it stands in. What follows from the route itself need not be said: the answers
/// 401 and 403 of a key, 413 and 415 of a body, 500 and 503.
/// </summary>
internal sealed record EndpointDescription(string Id, string Tag, string Summary)
{
    /// <summary>What the summary leaves out, as Markdown.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<ParameterRow> Parameters { get; init; } = [];

    /// <summary>The request body; null where there is none.</summary>
    public BodyRow? Request { get; init; }

    /// <summary>An example of the same body as <c>text/csv</c>; null where that is not taken.</summary>
    public string? CsvExample { get; init; }

    /// <summary>The answer of a call that succeeds.</summary>
    public required AnswerRow Answer { get; init; }

    /// <summary>The answer of a call that only tries, where it is another one; else null.</summary>
    public AnswerRow? Tried { get; init; }

    public IReadOnlyList<ErrorRow> Errors { get; init; } = [];
}

/// <summary>A parameter: <paramref name="Place"/> is <c>path</c>, <c>query</c> or <c>header</c>, <paramref name="Schema"/> a JSON Schema.</summary>
internal sealed record ParameterRow(string Name, string Place, string Schema, string Meaning)
{
    public static readonly ParameterRow Page = new("page", "query", """{"type":"integer","minimum":1,"default":1}""", "Which page, from 1.");

    public static readonly ParameterRow FromDate = new("from_date", "query", """{"type":"string","format":"date"}""", "Inclusive lower bound, a UTC day (YYYY-MM-DD).");

    public static readonly ParameterRow ToDate = new("to_date", "query", """{"type":"string","format":"date"}""", "Inclusive upper bound, a UTC day (YYYY-MM-DD).");

    public static readonly ParameterRow PageSize =
        new("page_size", "query", """{"type":"integer","minimum":1,"maximum":100,"default":50}""", "Items on a page.");
}

/// <summary>A JSON body: the name of its schema in schemas.json, and an example.</summary>
internal sealed record BodyRow(string Schema, string Example);

/// <summary>A successful answer; <paramref name="Body"/> is null for none.</summary>
internal sealed record AnswerRow(int Status, string Meaning, BodyRow? Body)
{
    /// <summary>Names and meanings of its headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A row of an endpoint's table of errors.</summary>
internal sealed record ErrorRow(int Status, string Code, string When);

/// <summary>Attaches a description to a route.</summary>
internal static class EndpointDescriptions
{
    public static TBuilder Describe<TBuilder>(this TBuilder builder, EndpointDescription description)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(description));
        return builder;
    }
}
