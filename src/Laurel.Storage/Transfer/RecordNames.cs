namespace Laurel.Storage.Transfer;

/// <summary>What the records of each section are called in the member <c>type</c> of a line.</summary>
internal static class RecordNames
{
    public const string Header = "laurel_export";
    public const string Trailer = "end";

    // In the order of the sections.
    private static readonly string[] _names =
    [
        "tenant", "api_key", "program", "webhook_version", "webhook_endpoint", "webhook_note", "reward_stock", "reward_code", "participant", "part", "input", "webhook_attempt", "audit",
    ];

    public static string Of(StoreSection section) => _names[(int)section];

    /// <summary>The section of a name; null for a name that there is not.</summary>
    public static StoreSection? Find(string? name) => Array.IndexOf(_names, name) is >= 0 and var place ? (StoreSection)place : null;
}
