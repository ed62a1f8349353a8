using System.Text.Json;

namespace Laurel.Server.Tests.Harness;

/// <summary>
/// Every answer in the suite is one that the OpenAPI document describes: its operation has the status, and the body fits the schema. What no operation answers
/// (paths and methods that there are not, the pages under /docs) is exempt. The document is read once, from the first server that is called.
/// </summary>
public sealed class AnswerCheck
{
    private const string DocumentPath = "/openapi/v1.json";

    private static readonly SemaphoreSlim _turn = new(1, 1);
    private static AnswerCheck? _shared;

    private readonly JsonElement _components;
    private readonly Dictionary<string, AnswerSchema> _schemas = new(StringComparer.Ordinal);
    private readonly List<(string[] Segments, string Method, IReadOnlyDictionary<int, Answer> Answers)> _operations = [];

    private AnswerCheck(JsonElement document)
    {
        _components = document.GetProperty("components").GetProperty("schemas");
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var answers = operation.Value.GetProperty("responses").EnumerateObject().ToDictionary(answer => int.Parse(answer.Name), answer => ReadAnswer(answer.Value));
                _operations.Add((path.Name.Split('/'), operation.Name, answers));
            }
        }
    }

    /// <summary>The check of this run; <paramref name="http"/> and <paramref name="address"/> are a running server's.</summary>
    public static async ValueTask<AnswerCheck> OfAsync(HttpClient http, Uri address)
    {
        if (Volatile.Read(ref _shared) is { } known)
        {
            return known;
        }

        await _turn.WaitAsync();
        try
        {
            if (_shared is null)
            {
                using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(address, DocumentPath)));
                Volatile.Write(ref _shared, new AnswerCheck(document.RootElement.Clone()));
            }

            return _shared!;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Fails the test where the document knows no such answer to this call. <paramref name="path"/> is as it was sent, with its query or without.</summary>
    public void Check(string method, string path, Reply reply)
    {
        // What is no HTTP, such as %00 in a path, is refused by the server before there is an operation.
        if (reply.Status == 400 && reply.Body.Length == 0)
        {
            return;
        }

        var segments = path.Split('?')[0].Split('/');
        // The server takes dots out of a path before it is routed, so that another path is answered.
        if (Array.Exists(segments, segment => Uri.UnescapeDataString(segment) is "." or ".."))
        {
            return;
        }

        var answers = _operations
            .Where(operation => operation.Method.Equals(method, StringComparison.OrdinalIgnoreCase) && Fits(operation.Segments, segments))
            .OrderBy(operation => operation.Segments.Count(segment => segment.StartsWith('{')))
            .Select(operation => operation.Answers)
            .FirstOrDefault();
        if (answers is null)
        {
            return;
        }

        // A key that another call used answers what that call was answered.
        if (reply.Header("Idempotent-Replayed") == "true"
            && _operations.Exists(operation => operation.Answers.TryGetValue(reply.Status, out var original) && original.Fault(reply) is null))
        {
            return;
        }

        if (!answers.TryGetValue(reply.Status, out var answer))
        {
            Assert.Fail($"{method} {path} answered {reply.Status}, which the OpenAPI document does not know of it: {reply}");
        }
        else if (answer.Fault(reply) is { } fault)
        {
            Assert.Fail($"{method} {path} answered {reply.Status} otherwise than the OpenAPI document says: {fault}. {reply}");
        }
    }

    private static bool Fits(string[] template, string[] segments)
    {
        if (template.Length != segments.Length)
        {
            return false;
        }

        for (var i = 0; i < template.Length; i++)
        {
            if (template[i].StartsWith('{') ? segments[i].Length == 0 : template[i] != segments[i])
            {
                return false;
            }
        }

        return true;
    }

    private Answer ReadAnswer(JsonElement answer)
    {
        var schemas = new Dictionary<string, AnswerSchema>(StringComparer.OrdinalIgnoreCase);
        if (answer.TryGetProperty("content", out var content))
        {
            foreach (var media in content.EnumerateObject())
            {
                schemas.Add(media.Name, AnswerSchema.Read(media.Value.GetProperty("schema"), Find));
            }
        }

        return new Answer(schemas);
    }

    // Two threads may read the same schema: then both read the same.
    private AnswerSchema Find(string name)
    {
        lock (_schemas)
        {
            return _schemas.TryGetValue(name, out var known) ? known : _schemas[name] = AnswerSchema.Read(_components.GetProperty(name), Find);
        }
    }

    private sealed record Answer(IReadOnlyDictionary<string, AnswerSchema> Schemas)
    {
        public string? Fault(Reply reply)
        {
            if (Schemas.Count == 0)
            {
                return reply.Body.Length == 0 ? null : "it has a body";
            }

            return reply.MediaType is { } type && Schemas.TryGetValue(type, out var schema)
                ? schema.Fault(reply.Json)
                : $"it has the media type '{reply.MediaType}'";
        }
    }
}
