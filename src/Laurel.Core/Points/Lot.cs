using Laurel.Facts;

namespace Laurel.Points;

/// <summary>Points that expire together.</summary>
public readonly record struct Lot(Timestamp ExpiresAt, long Amount);

/// <summary>Lots that lie in a part: how many, their first and last expiry. <paramref name="Id"/> names the part.</summary>
public readonly record struct LotPage(int Id, Timestamp First, Timestamp Last, int Count);

/// <summary>
/// The lots of one currency by expiry: <paramref name="Head"/> before all of <paramref name="Pages"/>, those before <paramref name="Tail"/>. Without pages, all stand in the head.
/// What a balance holds beyond its lots never expires. <paramref name="NextPage"/> is the next page's id.
/// </summary>
public sealed record LotBook(string Currency, Lot[] Head, LotPage[] Pages, Lot[] Tail, int NextPage)
{
    /// <summary>When the next lot expires; null where none does.</summary>
    public Timestamp? NextExpiry => Head.Length > 0 ? Head[0].ExpiresAt : Pages.Length > 0 ? Pages[0].First : null;
}
