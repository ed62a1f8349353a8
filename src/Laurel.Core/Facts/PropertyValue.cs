namespace Laurel.Facts;

/// <summary>What a property path leads to.</summary>
public enum PropertyKind
{
    /// <summary>Nothing stands at the path.</summary>
    Missing,
    Null,
    False,
    True,

    /// <summary>A number that fits a decimal; compared as such.</summary>
    Number,

    /// <summary>A number too large for a decimal: it can be kept and returned, not compared.</summary>
    UnreadableNumber,
    Text,
    List,
    Object,
}

/// <summary>
/// A value that rules read: of a property, of the participant, or written in a rule. <paramref name="Text"/> is set for texts,
/// <paramref name="Items"/> for lists (of anything but lists and objects, which rules cannot compare).
/// </summary>
public readonly record struct PropertyValue(PropertyKind Kind, decimal Number = 0, string? Text = null, IReadOnlyList<PropertyValue>? Items = null)
{
    public static readonly PropertyValue Missing;
    public static readonly PropertyValue Null = new(PropertyKind.Null);
    public static readonly PropertyValue Object = new(PropertyKind.Object);

    public static PropertyValue Of(string text) => new(PropertyKind.Text, Text: text);

    public static PropertyValue Of(decimal number) => new(PropertyKind.Number, number);

    public static PropertyValue Of(bool value) => new(value ? PropertyKind.True : PropertyKind.False);

    public static PropertyValue Of(IReadOnlyList<PropertyValue> items) => new(PropertyKind.List, Items: items);

    /// <summary>Whether rules may compare the value: not missing, not an object, not a number beyond a decimal.</summary>
    public bool IsScalar => Kind is PropertyKind.Null or PropertyKind.False or PropertyKind.True or PropertyKind.Number or PropertyKind.Text;

    /// <summary>Equality as rules mean it: numbers by value (2.5 = 2.50), texts to the letter, and text never equals number.</summary>
    public bool EqualsAsRule(in PropertyValue other) => Kind == other.Kind && Kind switch
    {
        PropertyKind.Null or PropertyKind.False or PropertyKind.True => true,
        PropertyKind.Number => Number == other.Number,
        PropertyKind.Text => string.Equals(Text, other.Text, StringComparison.Ordinal),
        _ => false,
    };
}
