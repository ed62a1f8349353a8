using System.Text.Json;
using Laurel.AspNetCore.Participants;
using Laurel.Facts;
using Laurel.Rewards;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.AspNetCore.Rewards;

/// <summary>A page of claims; <paramref name="Total"/> counts those on all pages.</summary>
internal sealed record ClaimsPage(IReadOnlyList<Claim> Claims, long Total);

/// <summary>Reads claims. All of them are facts; what became of one stands beside the participant's state, if anything has.</summary>
internal sealed class ClaimReader(ILaurelStore store)
{
    /// <summary>A page of a participant's claims, newest first; null for an unknown participant.</summary>
    public async ValueTask<ClaimsPage?> ListAsync(ParticipantName participant, int page, int pageSize, CancellationToken cancellationToken)
    {
        if (await store.ReadFactsAsync(new FactsQuery(participant, Claim.Kinds, page, pageSize), cancellationToken) is not { } facts)
        {
            return null;
        }

        var claims = new List<Claim>();
        foreach (var entry in facts.Inputs)
        {
            using var document = JsonDocument.Parse(entry.Input.Facts);
            claims.AddRange(FactRows.Matching(document.RootElement, entry, Claim.Kinds).Select(found => Claim.Of(participant.Id, entry.Input, found.Place, found.Fact!.Value)));
        }

        return new ClaimsPage(await WithStandingsAsync(participant, claims, cancellationToken), facts.Total);
    }

    /// <summary>The claim of this id in an environment, and whose it is; null where there is none.</summary>
    public async ValueTask<(ParticipantName Participant, Claim Claim)?> FindAsync(EnvironmentKey environment, string claimId, CancellationToken cancellationToken)
    {
        // An id is one text, but the case of its letters: whatever else would be read as the same id is none.
        if (!FactId.TryParse(claimId, out var id)
            || !id.ToString().Equals(claimId, StringComparison.OrdinalIgnoreCase)
            || await store.FindEventAsync(environment, id.Split().InputId, cancellationToken) is not { } found
            || await ReadInputAsync(found.Participant, found.Seq, cancellationToken) is not { } input)
        {
            return null;
        }

        using var facts = JsonDocument.Parse(input.Facts);
        var place = id.Split().Offset - DerivedFact.IdOffset(0);
        if (place < 0 || place >= facts.RootElement.GetArrayLength() || !Claim.Kinds.Contains(facts.RootElement[place].GetProperty("kind"u8).GetString()!))
        {
            return null;
        }

        var claim = Claim.Of(found.Participant.Id, input, place, facts.RootElement[place]);
        return (found.Participant, (await WithStandingsAsync(found.Participant, [claim], cancellationToken))[0]);
    }

    /// <summary>What the caller noted when the claim moved; null where it did not, or nothing was noted.</summary>
    public async ValueTask<string?> FindReasonAsync(ParticipantName participant, Claim claim, CancellationToken cancellationToken)
    {
        if (claim.Standing is not { } standing || await ReadInputAsync(participant, standing.Seq, cancellationToken) is not { } input)
        {
            return null;
        }

        using var payload = JsonDocument.Parse(input.Properties);
        return payload.RootElement.TryGetProperty("reason"u8, out var reason) ? reason.GetString() : null;
    }

    private async ValueTask<LogRow?> ReadInputAsync(ParticipantName participant, long seq, CancellationToken cancellationToken)
    {
        var rows = await store.ReadLogAsync(participant, seq - 1, limit: 1, cancellationToken);
        return rows.Count == 1 && rows[0].Seq == seq ? rows[0] : null;
    }

    private async ValueTask<IReadOnlyList<Claim>> WithStandingsAsync(ParticipantName participant, List<Claim> claims, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
        {
            return claims;
        }

        var parts = await store.ReadPartsAsync(participant, [.. claims.Select(claim => ClaimStanding.KeyOf(claim.Issued.ClaimId))], cancellationToken);
        return [.. claims.Select(claim => claim with { Standing = ClaimStanding.Read(parts.GetValueOrDefault(ClaimStanding.KeyOf(claim.Issued.ClaimId))) })];
    }
}
