using System.Globalization;

namespace Laurel.Benchmarks.Reports;

/// <summary>A number that a layer measured.</summary>
public sealed record Figure(string Layer, string Name, double Value, string Unit, Target? Target = null)
{
    /// <summary>The value with as many digits as mean something.</summary>
    public string ValueText => Value.ToString(Math.Abs(Value) >= 1000 ? "N0" : Math.Abs(Value) >= 10 ? "0.#" : "0.###", CultureInfo.InvariantCulture);

    /// <summary><c>met</c>, <c>NOT MET</c>, or nothing where there is no target.</summary>
    public string Verdict => Target is null ? "" : Target.IsMet(Value) ? "met" : "NOT MET";
}

/// <summary>What a figure must reach, or must not pass.</summary>
public sealed record Target(double Limit, bool IsAtLeast)
{
    public static Target AtLeast(double limit) => new(limit, IsAtLeast: true);

    public static Target AtMost(double limit) => new(limit, IsAtLeast: false);

    public bool IsMet(double value) => IsAtLeast ? value >= Limit : value <= Limit;

    public string Text => (IsAtLeast ? ">= " : "<= ") + Limit.ToString(Limit >= 1000 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
