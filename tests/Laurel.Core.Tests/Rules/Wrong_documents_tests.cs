using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

/// <summary>
/// Documents as a program owner might write them, each wrong in its own way: <c>Wrong/x.json</c> and, beside it, <c>Wrong/x.faults.txt</c> with every fault, a line each.
/// A run with <c>LAUREL_APPROVE</c> naming that folder of the sources writes the faults that are found now; what changed is then judged in the diff.
/// </summary>
public class Wrong_documents_tests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Rules", "Wrong");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_fault_is_as_approved(string name)
    {
        var reading = ProgramReader.Read(File.ReadAllBytes(Path.Combine(Folder, $"{name}.json")), version: 1);
        var found = reading.Faults.Select(fault => $"{fault.Pointer}: {fault.Message}").ToList();
        if (Environment.GetEnvironmentVariable("LAUREL_APPROVE") is { Length: > 0 } sources)
        {
            File.WriteAllLines(Path.Combine(sources, $"{name}.faults.txt"), found);
            return;
        }

        Assert.Null(reading.Book);
        Assert.NotEmpty(found);
        Assert.Equal(File.ReadAllLines(Path.Combine(Folder, $"{name}.faults.txt")), found);
    }

    [Fact]
    public void There_are_at_least_forty() => Assert.InRange(Names.Count, 40, int.MaxValue);
}
