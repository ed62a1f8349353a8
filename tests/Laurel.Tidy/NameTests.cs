using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Laurel.Tidy;

/// <summary>Names say what a thing is, folders are domain nouns, and nothing lies about that should not. Source: style "Shape", "Words".</summary>
public sealed partial class NameTests
{
    private static readonly string[] _emptyFolders =
        ["services", "interfaces", "dtos", "managers", "helpers", "common", "utils", "util", "misc", "models", "entities", "repositories", "shared"];

    [Fact]
    public void No_type_is_a_service_manager_helper_or_util() =>
        Found.None(
            from path in Repository.SourceFiles
            let root = CSharpSyntaxTree.ParseText(Repository.Read(path), new CSharpParseOptions(LanguageVersion.Preview)).GetCompilationUnitRoot()
            from type in root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where EmptyName().IsMatch(type.Identifier.ValueText)
            select $"{path}: {type.Identifier.ValueText}");

    [Fact]
    public void No_file_is_a_service_manager_helper_or_util() =>
        Found.None(Repository.SourceFiles.Where(path => EmptyName().IsMatch(Path.GetFileNameWithoutExtension(path))));

    [Fact]
    public void No_folder_is_named_after_a_layer() =>
        Found.None(Repository.SourceFiles.Where(path => path.Split('/').SkipLast(1).Any(folder => _emptyFolders.Contains(folder.ToLowerInvariant()))));

    [Fact]
    public void Nothing_is_left_to_do() =>
        // The words are put together here, so that this file is no hit of its own.
        Found.None(
            from path in Repository.Files
            where Path.GetExtension(path) is ".cs" or ".sql" or ".sh" or ".csproj" or ".props" or ".lua"
            from line in File.ReadLines(Repository.FullPath(path)).Select((text, i) => (Text: text, Number: i + 1))
            where line.Text.Contains("TO" + "DO", StringComparison.Ordinal) || line.Text.Contains("FIX" + "ME", StringComparison.Ordinal)
                || line.Text.Contains("NotImplemented" + "Exception", StringComparison.Ordinal) || line.Text.Contains("#reg" + "ion", StringComparison.Ordinal)
            select $"{path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Nothing_built_or_stored_is_tracked() =>
        Found.None(Repository.TrackedFiles.Where(path => BuiltPath().IsMatch(path)));

    [Fact]
    public void No_file_names_a_place_of_one_machine() =>
        Found.None(
            from path in Repository.Files
            where Path.GetExtension(path) is ".cs" or ".sh" or ".md" or ".csproj" or ".props" or ".json" or ".yml" or ".lua" && !path.EndsWith("packages.lock.json", StringComparison.Ordinal)
            let text = Repository.Read(path)
            where text.Contains("/wo" + "rk/", StringComparison.Ordinal) || text.Contains("/ro" + "ot/", StringComparison.Ordinal)
            select path);

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument.Parse(Repository.Read("Laurel.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);

        Assert.Equal(
            Repository.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Package_versions_stand_in_one_file() =>
        Found.None(
            from path in Repository.Files
            where path.EndsWith(".csproj", StringComparison.Ordinal)
            from reference in XDocument.Parse(Repository.Read(path)).Descendants("PackageReference")
            where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
            select $"{path}: {reference.Attribute("Include")?.Value}");

    [Fact]
    public void Every_project_has_its_lock_file() =>
        Found.None(
            from path in Repository.Files
            where path.EndsWith(".csproj", StringComparison.Ordinal)
            let lockFile = $"{Path.GetDirectoryName(path)}/packages.lock.json"
            where !Repository.Files.Contains(lockFile)
            select lockFile);

    [Fact]
    public void Lock_files_say_what_is_installed_and_not_from_where() =>
        Found.None(
            from path in Repository.Files
            where path.EndsWith("package-lock.json", StringComparison.Ordinal) || path.EndsWith("packages.lock.json", StringComparison.Ordinal)
            where Repository.Read(path).Contains("://", StringComparison.Ordinal)
            select path);

    [Fact]
    public void Scripts_are_executable() =>
        Found.None(
            from path in Repository.TrackedFiles
            where path.EndsWith(".sh", StringComparison.Ordinal) || path == ".ci/run"
            where Repository.ModeOf(path) != "100755"
            select path);

    [GeneratedRegex("(Service|Manager|Helper|Util|Utils|Utility|Utilities)s?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"(^|/)(bin|obj|node_modules|artifacts|TestResults)/|\.(db|db-wal|db-shm|db\.lock|user|suo)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BuiltPath();
}
