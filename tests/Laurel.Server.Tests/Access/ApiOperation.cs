using System.Text;
using System.Text.Json;
using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Access;

/// <summary>Which key an operation asks for, as the document says.</summary>
internal enum AskedKey
{
    None,
    Api,
    Admin,
    Operator,
}

/// <summary>An operation of the OpenAPI document: enough to call it with its own example.</summary>
internal sealed record ApiOperation(string Method, string Path, AskedKey Key, string? Body)
{
    /// <summary>Whether the path holds something's id or code.</summary>
    public bool HasValues => Path.Contains('{', StringComparison.Ordinal);

    public bool IsRead => Method == "GET";

    /// <summary>All operations of <paramref name="document"/>, reads first, then those that change what has an id, then those that make something.</summary>
    public static IReadOnlyList<ApiOperation> All(JsonElement document) =>
    [
        .. document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => Read(path.Name, operation.Name, operation.Value))
            .OrderBy(operation => operation.IsRead ? 0 : operation.HasValues ? 1 : 2),
    ];

    /// <summary>Calls it. <paramref name="valueOf"/> gives a value for a parameter of the path, told the segment in front of it.</summary>
    public Task<Reply> CallAsync(Api api, Func<string, string, string> valueOf) =>
        api.SendAsync(new HttpMethod(Method), Filled(valueOf), Body is null ? null : Encoding.UTF8.GetBytes(Body), Body is null ? null : "application/json");

    public override string ToString() => $"{Method} {Path}";

    private string Filled(Func<string, string, string> valueOf)
    {
        var segments = Path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i].StartsWith('{'))
            {
                segments[i] = Uri.EscapeDataString(valueOf(segments[i].Trim('{', '}'), segments[i - 1]));
            }
        }

        return string.Join('/', segments);
    }

    private static ApiOperation Read(string path, string method, JsonElement operation)
    {
        var body = operation.TryGetProperty("requestBody", out var request)
            ? request.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText()
            : null;
        return new ApiOperation(method.ToUpperInvariant(), path, AskedFor(path, operation), body);
    }

    private static AskedKey AskedFor(string path, JsonElement operation)
    {
        if (!operation.TryGetProperty("security", out var security) || security.GetArrayLength() == 0)
        {
            return AskedKey.None;
        }

        return security[0].TryGetProperty("X-Operator-Key", out _) ? AskedKey.Operator
            : path.Contains("/gamify/admin/", StringComparison.Ordinal) ? AskedKey.Admin
            : AskedKey.Api;
    }
}
