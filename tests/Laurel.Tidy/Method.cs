using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Laurel.Tidy;

/// <summary>
/// A piece of code with a name: a method, constructor, operator, accessor or local function, or the top-level statements of a file (named after it).
/// <paramref name="Lines"/> counts from the first line of its signature to its last, comments above it left out.
/// </summary>
internal sealed record Method(string Name, int Lines)
{
    public static IEnumerable<Method> In(string path, string source)
    {
        var root = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview)).GetCompilationUnitRoot();
        var file = Path.GetFileNameWithoutExtension(path);
        var topLevel = root.Members.OfType<GlobalStatementSyntax>().Where(statement => statement.Statement is not LocalFunctionStatementSyntax).ToList();
        if (topLevel.Count > 0)
        {
            yield return new Method(file, LineOf(topLevel[^1], atEnd: true) - LineOf(topLevel[0], atEnd: false) + 1);
        }

        foreach (var node in root.DescendantNodes())
        {
            if (NameOf(node) is { } name)
            {
                yield return new Method($"{TypeOf(node) ?? file}.{name}", LineOf(node, atEnd: true) - LineOf(node, atEnd: false) + 1);
            }
        }
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        OperatorDeclarationSyntax @operator => $"operator {@operator.OperatorToken.ValueText}",
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        _ => null,
    };

    private static string? TypeOf(SyntaxNode node) => node.Ancestors().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault()?.Identifier.ValueText;

    private static int LineOf(SyntaxNode node, bool atEnd)
    {
        var span = node.GetLocation().GetLineSpan();
        return (atEnd ? span.EndLinePosition : span.StartLinePosition).Line;
    }
}
