namespace Laurel.Tidy;

/// <summary>What a rule of tidiness found.</summary>
internal static class Found
{
    /// <summary>Fails unless there is nothing, and lists all of it.</summary>
    public static void None(IEnumerable<string> found)
    {
        var list = string.Join('\n', found);
        Assert.True(list.Length == 0, list);
    }
}
