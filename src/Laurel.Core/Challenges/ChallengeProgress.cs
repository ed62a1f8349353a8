namespace Laurel.Challenges;

/// <summary>Where a participant stands in a challenge. <paramref name="Objectives"/> are those of the round that runs.</summary>
public sealed record ChallengeProgress(string Code, int Completions, ObjectiveProgress[] Objectives)
{
    /// <summary>Progress of an objective; zero where it has none yet.</summary>
    public ObjectiveProgress Of(string objective) =>
        Array.Find(Objectives, progress => progress.Code == objective) ?? new ObjectiveProgress(objective, 0, IsCompleted: false);
}

/// <summary>Progress of one objective, in the unit of its metric.</summary>
public sealed record ObjectiveProgress(string Code, decimal Current, bool IsCompleted);
