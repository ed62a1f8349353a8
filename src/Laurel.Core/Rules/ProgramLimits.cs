namespace Laurel.Rules;

/// <summary>How large a program document and its parts may be. Every limit is named in the fault that its breach makes, and in docs/reference/program.md.</summary>
public static class ProgramLimits
{
    /// <summary>Bytes of the document, UTF-8.</summary>
    public const int DocumentBytes = 1024 * 1024;

    /// <summary>Objects and lists within each other, anywhere in the document.</summary>
    public const int DocumentDepth = 64;

    /// <summary>Code points of any member name.</summary>
    public const int MemberNameLength = 255;

    /// <summary>Currencies, point rules, badges, challenges, streaks, tiers and rewards together, inactive ones included.</summary>
    public const int Definitions = 10_000;

    /// <summary>Faults that one reading lists.</summary>
    public const int Faults = 1_000;

    /// <summary>Active point rules, streaks, badges and objectives that listen to facts which the program itself makes.</summary>
    public const int FactListeners = 500;

    /// <summary>Code points of a name.</summary>
    public const int NameLength = 255;

    /// <summary>Code points of a description.</summary>
    public const int DescriptionLength = 2_000;

    /// <summary>Code points of the icon_url of a badge.</summary>
    public const int IconUrlLength = 500;

    /// <summary>Code points of the category of a badge, or of the color of a tier.</summary>
    public const int LabelLength = 100;

    /// <summary>Largest constant amount of a point rule, and of points as a reward.</summary>
    public const long PointAmount = 1_000_000;

    /// <summary>Largest min and max of a proportional amount.</summary>
    public const long PointBound = 1_000_000_000;

    /// <summary>Largest factor of a proportional amount.</summary>
    public const decimal Multiply = 1_000_000;

    /// <summary>Largest cap of a point rule, target of a metric, min_points of a tier and points_cost of a reward.</summary>
    public const long Total = 1_000_000_000_000_000;

    /// <summary>Largest target of the metric distinct: so many values are kept for each participant.</summary>
    public const int DistinctTarget = 10_000;

    /// <summary>Most periods that a milestone, or a target of the metric streak, may ask for.</summary>
    public const int StreakPeriods = 10_000;

    /// <summary>Periods in a row that a streak may leave out without breaking.</summary>
    public const int GracePeriods = 30;

    /// <summary>Most periods that earn one freeze.</summary>
    public const int FreezeEarnedEvery = 1_000;

    /// <summary>Freezes that one participant may keep for one streak.</summary>
    public const int FreezeStockpile = 100;

    /// <summary>Milestones of one streak.</summary>
    public const int Milestones = 100;

    /// <summary>Largest stock of a reward.</summary>
    public const int Stock = 1_000_000_000;

    /// <summary>Most claims of one reward by one participant.</summary>
    public const int Claims = 1_000_000;

    /// <summary>Conditions within each other; a single comparison is one.</summary>
    public const int ConditionDepth = 8;

    /// <summary>Comparisons and groups in one condition.</summary>
    public const int ConditionParts = 100;

    /// <summary>Values that in and not_in list.</summary>
    public const int ListedValues = 1_000;

    /// <summary>Code points of a text in a condition.</summary>
    public const int OperandLength = 1_000;

    /// <summary>Characters of the pattern of matches.</summary>
    public const int PatternLength = 200;

    /// <summary>Parts of a pattern once its counted repeats are written out; see <see cref="PatternSize"/>.</summary>
    public const int PatternParts = 200;

    /// <summary>Characters of a text that matches looks at; a longer one does not match, since the first run over it could take long.</summary>
    public const int MatchedLength = 4_000;

    /// <summary>Patterns in the document.</summary>
    public const int Patterns = 100;

    /// <summary>Characters of a property path.</summary>
    public const int PathLength = 255;

    /// <summary>Names in a property path: payloads are no deeper.</summary>
    public const int PathSegments = 32;

    /// <summary>Objectives of one challenge.</summary>
    public const int Objectives = 100;

    /// <summary>Rewards in one list.</summary>
    public const int Rewards = 20;

    /// <summary>Benefits of one tier.</summary>
    public const int Benefits = 100;

    /// <summary>Most completions of a challenge by one participant.</summary>
    public const int Completions = 1_000_000;

    /// <summary>Highest level of a tier.</summary>
    public const int TierLevel = 10_000;
}
