using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Evaluation;
using Laurel.Points;

namespace Laurel.AspNetCore.Points;

/// <summary>Why points were not awarded or taken, for people. Source: gamification-api.md, "Points".</summary>
internal static class PointsRefusal
{
    public static (int Status, string Code, string Detail) Of(CommandInput input, CommandOutcome.Refused refused)
    {
        var (currency, amount) = input switch
        {
            AwardPointsInput award => (award.Currency, award.Amount),
            DeductPointsInput deduct => (deduct.Currency, deduct.Amount),
            _ => throw new InvalidOperationException($"{input.Name} moves no points."),
        };
        return refused.Reason switch
        {
            Refusal.InsufficientPoints => Insufficient(refused.State.BalanceOf(refused.Book.CurrencyOf(currency)!).Current, amount),
            Refusal.CurrencyNotFound => (
                404, "CURRENCY_NOT_FOUND", $"The program of this key's environment has no currency '{currency}'. It has: {string.Join(", ", refused.Book.Currencies.Select(known => known.Code))}."),
            Refusal.BalanceFull => (409, "BALANCE_FULL", "With this award the participant would have earned more points than can be counted. Nothing was awarded."),
            _ => throw new InvalidOperationException($"{input.Name} was refused as {refused.Reason}."),
        };
    }

    /// <summary>The family's words for too few points, the same wherever points are spent.</summary>
    public static (int Status, string Code, string Detail) Insufficient(long available, long requested) =>
        (400, "INSUFFICIENT_POINTS", $"Insufficient points. Available: {available}, requested: {requested}");
}
