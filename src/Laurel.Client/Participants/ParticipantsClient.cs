using System.Text.Json;

namespace Laurel.Client;

/// <summary>Profiles, state and facts of participants; export and erasure, which need a key with the scope <c>admin</c>.</summary>
public sealed class ParticipantsClient
{
    private static readonly (StateParts Part, string Name)[] _parts =
    [
        (StateParts.Points, "points"),
        (StateParts.Tier, "tier"),
        (StateParts.Badges, "badges"),
        (StateParts.Challenges, "challenges"),
        (StateParts.Streaks, "streaks"),
        (StateParts.Rewards, "rewards"),
    ];

    private readonly Wire _wire;

    internal ParticipantsClient(Wire wire) => _wire = wire;

    /// <summary>Makes a participant, or changes its profile.</summary>
    public Task<Participant> UpsertAsync(UpsertParticipant profile, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return _wire.SendAsync(
            HttpMethod.Post, Paths.Root + "participants", profile, LaurelJson.Default.UpsertParticipant, LaurelJson.Default.Participant, cancellationToken);
    }

    /// <summary>Changes a profile.</summary>
    public Task<Participant> ChangeAsync(string participantId, ParticipantChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return _wire.SendAsync(
            HttpMethod.Patch, Paths.Participant(participantId), change.Members, LaurelJson.Default.JsonObject, LaurelJson.Default.Participant, cancellationToken);
    }

    /// <summary>A participant's profile. One that no write was ever kept of is <see cref="LaurelErrorCodes.ParticipantNotFound"/>.</summary>
    public Task<Participant> ReadAsync(string participantId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Participant(participantId), LaurelJson.Default.Participant, cancellationToken);

    /// <summary>All that a front end draws of a participant, or those parts of it.</summary>
    public Task<ParticipantState> ReadStateAsync(string participantId, StateParts parts = StateParts.All, CancellationToken cancellationToken = default)
    {
        if (parts == StateParts.None || (parts & ~StateParts.All) != StateParts.None)
        {
            throw new ArgumentOutOfRangeException(nameof(parts), parts, "Name one part or more of those that there are.");
        }

        var include = parts == StateParts.All ? null : string.Join(',', _parts.Where(part => parts.HasFlag(part.Part)).Select(part => part.Name));
        return _wire.GetAsync(Paths.With(Paths.Participant(participantId, "/state"), ("include", include)), LaurelJson.Default.ParticipantState, cancellationToken);
    }

    /// <summary>A page of everything true about a participant, newest first; <paramref name="kind"/> such as <c>points.awarded</c>.</summary>
    public Task<FactList> ListFactsAsync(string participantId, string? kind = null, int page = 1, int pageSize = 50, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(
            Paths.With(Paths.Participant(participantId, "/facts"), ("kind", kind), ("page", Paths.Number(page)), ("page_size", Paths.Number(pageSize))),
            LaurelJson.Default.FactList,
            cancellationToken);

    /// <summary>All that is kept of a participant, as the server's document. It is held in memory as a whole.</summary>
    public Task<JsonElement> ExportAsync(string participantId, CancellationToken cancellationToken = default) =>
        _wire.GetAsync(Paths.Below("admin/participants/", participantId, "/export"), LaurelJson.Default.JsonElement, cancellationToken);

    /// <summary>
    /// Erases a participant for good. It is not tried again where its outcome is unknown, as the second call would find nobody: then
    /// <see cref="LaurelException.IsOutcomeUnknown"/> is true, and <see cref="ReadAsync"/> tells.
    /// </summary>
    public Task<ParticipantErased> EraseAsync(string participantId, CancellationToken cancellationToken = default) =>
        _wire.SendAsync(
            new Call(HttpMethod.Delete, Paths.Below("admin/participants/", participantId)) { OnceOnly = true }, LaurelJson.Default.ParticipantErased, cancellationToken);
}
