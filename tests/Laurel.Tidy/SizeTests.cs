namespace Laurel.Tidy;

/// <summary>Files and methods stay short enough to read. Source: style "Shape".</summary>
public sealed class SizeTests
{
    [Fact]
    public void Files_have_at_most_400_lines()
    {
        var tooLong = Repository.SourceFiles
            .Select(path => (Name: path, Lines: File.ReadAllLines(Repository.FullPath(path)).Length))
            .Where(file => file.Lines > Exceptions.FileLineLimit);

        Same(Exceptions.LongFiles, tooLong);
    }

    [Fact]
    public void Methods_have_at_most_70_lines()
    {
        var tooLong = Repository.SourceFiles
            .SelectMany(path => Method.In(path, Repository.Read(path)))
            .Where(method => method.Lines > Exceptions.MethodLineLimit)
            .Select(method => (method.Name, method.Lines));

        Same(Exceptions.LongMethods, tooLong);
    }

    [Fact]
    public void A_method_is_measured_from_its_signature_to_its_last_brace()
    {
        const string Source =
            """
            // a comment
            class Type
            {
                /// <summary>Not counted.</summary>
                [Obsolete]
                int Method(
                    int argument)
                {
                    return Local();

                    int Local() => argument;
                }

                int Property
                {
                    get
                    {
                        return 1;
                    }
                }

                Type() { }
            }
            """;

        Assert.Equal(
            [new Method("Type.Method", 8), new Method("Type.Local", 1), new Method("Type.Property", 4), new Method("Type.Type", 1)],
            Method.In("File.cs", Source));
        Assert.Equal([new Method("Program", 2)], Method.In("src/Program.cs", "using System;\nvar a = 1;\nreturn a;\n"));
    }

    private static void Same(IReadOnlyDictionary<string, string> exceptions, IEnumerable<(string Name, int Lines)> found)
    {
        var tooLong = found.ToLookup(one => one.Name, one => one.Lines);
        Found.None(tooLong.Where(one => !exceptions.ContainsKey(one.Key)).Select(one => $"{one.Key} has {one.Max()} lines"));
        Found.None(exceptions.Keys.Where(name => !tooLong.Contains(name)).Select(name => $"{name} is short enough: strike it from the exceptions"));
    }
}
