using Laurel.AspNetCore.ApiReference;

namespace Laurel.AspNetCore.Rewards;

/// <summary>What the API reference says of the catalogue's codes and stock.</summary>
internal static class RewardsReference
{
    private const string Tag = "Rewards";

    private static readonly ParameterRow Code = new("code", "path", """{"type":"string","pattern":"^[a-z0-9_]{1,50}$"}""", "The reward's code.");

    private static readonly ErrorRow Unknown = new(404, "REWARD_NOT_FOUND", "The program has no reward of this code.");

    public static readonly EndpointDescription Upload = new("uploadRewardCodes", Tag, "Add codes to a reward's pool")
    {
        Text = """
            Takes JSON, or CSV (RFC 4180) with one code a line, or with a column that the first line names `code`. Each code has 1 to 255 characters, is exact, and stands once in a reward:
            codes that the reward has, taken or not, and codes that stand twice are counted as duplicates and are no fault. Codes are given in the order uploaded.
            All of them are added or none, up to 100,000 codes and 4 MiB a call. The same call again adds nothing.
            """,
        Parameters = [Code],
        Request = new("RewardCodes", """{ "codes": ["SAVE-1", "SAVE-2"] }"""),
        CsvExample = "code\nSAVE-1\nSAVE-2\n",
        Answer = new(
            200,
            "The codes are in the pool.",
            new("RewardCodesAdded", """{ "reward_code": "coupon10", "added": 2, "duplicates": 0, "codes_total": 2, "codes_free": 2 }""")),
        Errors =
        [
            Unknown,
            new(409, "REWARD_HAS_NO_CODE_POOL", "The reward takes no codes: its `code_pool` is not true."),
            new(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type is neither application/json nor text/csv in UTF-8."),
        ],
    };

    public static readonly EndpointDescription Stock = new("readRewardStock", Tag, "Read what is left of a reward")
    {
        Text = "`available` is how many can still be granted: what is left of the stock, and no more than there are free codes where the reward takes codes; null is without bound.",
        Parameters = [Code],
        Answer = new(
            200,
            "What was granted and what is left.",
            new("RewardStock", """{ "reward_code": "coupon10", "stock": null, "issued": 0, "available": 2, "codes_total": 2, "codes_free": 2 }""")),
        Errors = [Unknown],
    };
}
