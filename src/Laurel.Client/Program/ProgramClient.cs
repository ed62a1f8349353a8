using System.Text.Json.Nodes;

namespace Laurel.Client;

/// <summary>What a publish changed. <paramref name="PublishedAt"/> is null in a check before the first publish.</summary>
public sealed record Publication(int Version, IReadOnlyList<DefinitionChange> Changes, DateTimeOffset? PublishedAt);

/// <summary>A definition that was <c>added</c>, <c>changed</c> or <c>deactivated</c>; <paramref name="Progress"/> only where it touches what participants have reached.</summary>
public sealed record DefinitionChange(string Kind, string Code, string Change, IReadOnlyList<ProgressEffect>? Progress = null);

/// <summary><paramref name="Effect"/> is <c>kept</c>, <c>lost</c> or <c>new</c>; <paramref name="Objective"/> only where one objective is meant.</summary>
public sealed record ProgressEffect(string Effect, string Note, string? Objective = null);

/// <summary>The program: the whole document, as JSON.</summary>
public sealed class ProgramClient
{
    private const string Document = Paths.Root + "admin/program";

    private readonly Wire _wire;

    internal ProgramClient(Wire wire) => _wire = wire;

    /// <summary>The newest program with its <c>version</c>, which is 0 before the first publish.</summary>
    public Task<JsonObject> ReadAsync(CancellationToken cancellationToken = default) => _wire.GetAsync(Document, LaurelJson.Default.JsonObject, cancellationToken);

    /// <summary>
    /// Publishes a program. <paramref name="onVersion"/> is the version that it was made from: where another stands by now, nothing is published and the error is
    /// <see cref="LaurelErrorCodes.ProgramVersionMismatch"/>. Faults are in <see cref="LaurelException.Errors"/>, each with its place.
    /// </summary>
    public Task<Publication> PublishAsync(JsonObject program, int? onVersion = null, CancellationToken cancellationToken = default) =>
        PutAsync(Document, program, onVersion, cancellationToken);

    /// <summary>What a publish would change, or what is wrong with the document. Nothing is kept.</summary>
    public Task<Publication> CheckAsync(JsonObject program, CancellationToken cancellationToken = default) =>
        PutAsync(Document + "?dry_run=true", program, onVersion: null, cancellationToken);

    private Task<Publication> PutAsync(string path, JsonObject program, int? onVersion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(program);
        // A publish on top of a version makes another version, on which the second try would not fit; the same document alone is the same publish.
        var call = new Call(HttpMethod.Put, path) { Body = Wire.Body(program, LaurelJson.Default.JsonObject), IfVersion = onVersion, OnceOnly = onVersion is not null };
        return _wire.SendAsync(call, LaurelJson.Default.Publication, cancellationToken);
    }
}
