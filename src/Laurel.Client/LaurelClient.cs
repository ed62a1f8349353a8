namespace Laurel.Client;

/// <summary>
/// Calls Laurel with one key. Every call returns what the server answered, typed, or throws <see cref="LaurelException"/>. One instance serves any number of
/// threads, for as long as the process lives.
/// </summary>
public sealed class LaurelClient
{
    /// <summary>
    /// A client of an <see cref="HttpClient"/> of your own, whose <c>BaseAddress</c> ends with <c>/</c> and which sends the header <c>X-API-Key</c>.
    /// It retries nothing by itself: <see cref="LaurelClientRegistration.AddLaurelClient"/> makes one that does.
    /// </summary>
    public LaurelClient(HttpClient http)
        : this(http, TimeProvider.System)
    {
    }

    internal LaurelClient(HttpClient http, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(http);
        var wire = new Wire(http, time);
        Events = new EventsClient(wire);
        Participants = new ParticipantsClient(wire);
        Points = new PointsClient(wire);
        Badges = new BadgesClient(wire);
        Tiers = new TiersClient(wire);
        Streaks = new StreaksClient(wire);
        Challenges = new ChallengesClient(wire);
        Rewards = new RewardsClient(wire);
        Program = new ProgramClient(wire);
    }

    /// <summary>What happened: emit it, try it, read it back, and why.</summary>
    public EventsClient Events { get; }

    /// <summary>Profiles, state and facts; export and erasure.</summary>
    public ParticipantsClient Participants { get; }

    /// <summary>Points by hand, balances and the ledger.</summary>
    public PointsClient Points { get; }

    public BadgesClient Badges { get; }

    public TiersClient Tiers { get; }

    public StreaksClient Streaks { get; }

    public ChallengesClient Challenges { get; }

    /// <summary>The shop, claims, codes and stock.</summary>
    public RewardsClient Rewards { get; }

    /// <summary>The program document. Needs a key with the scope <c>admin</c>.</summary>
    public ProgramClient Program { get; }
}
