using System.CommandLine;

namespace Laurel.Server.Commands;

/// <summary>
/// The command line: a command or none, options of the command, and any option of the configuration (<c>--Laurel:Store …</c>), which goes on to it as it stands.
/// What is neither is refused with the usage on standard error and exit code 2.
/// </summary>
internal sealed class CommandLine
{
    /// <summary>Exit code of a command that could not be carried out, and of a command line that is wrong.</summary>
    public const int CannotRun = 2;

    // Options of the host that have no section.
    private static readonly string[] _hostOptions =
        ["urls", "http_ports", "https_ports", "environment", "contentroot", "applicationname", "webroot", "allowedhosts", "shutdowntimeoutseconds"];

    private static readonly Option<string> _store = new("--store")
    {
        Description = "The store, in place of Laurel:Store, for example sqlite:data/laurel.db",
        HelpName = "store",
        Recursive = true,
    };

    private static readonly Option<string> _out = new("--out") { Description = "The file to write, which must not exist; - is standard output", HelpName = "file", DefaultValueFactory = _ => "-" };
    private static readonly Option<string> _in = new("--in") { Description = "The file to read; - is standard input", HelpName = "file", DefaultValueFactory = _ => "-" };

    private readonly ParseResult _parsed;
    private readonly string? _fault;

    private CommandLine(ParseResult parsed)
    {
        _parsed = parsed;
        Configuration = parsed.Errors.Count == 0 && parsed.GetValue(_store) is { } store
            ? [.. parsed.UnmatchedTokens, "--Laurel:Store", store]
            : [.. parsed.UnmatchedTokens];
        _fault = parsed.Errors is [var error, ..] ? error.Message : FaultOf(parsed.UnmatchedTokens);
    }

    /// <summary>Whether the server is to run.</summary>
    public bool IsServe => _fault is null && _parsed.Action == _parsed.RootCommandResult.Command.Action;

    /// <summary>The options of the configuration.</summary>
    public string[] Configuration { get; }

    /// <summary>Reads <paramref name="args"/>; what is wrong with them is told by <see cref="RunAsync"/>.</summary>
    public static CommandLine Read(string[] args) => new(Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }));

    /// <summary>Runs a command, or tells how the server is used; answers the exit code.</summary>
    public async Task<int> RunAsync()
    {
        if (_fault is not null)
        {
            await Console.Error.WriteLineAsync(_fault);
            await Root().Parse("--help").InvokeAsync(new InvocationConfiguration { Output = Console.Error });
            return CannotRun;
        }

        try
        {
            return await _parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
        }
        catch (Exception failure) when (CommandFailure.Sentence(failure) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return CannotRun;
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Laurel, a gamification engine. Without a command it serves. Any option of the configuration may be given as --Laurel:Name value.")
        {
            _store,
            Command("migrate", "Bring the store's schema up to date. The server does so at its start, too.", [], (parsed, stop) => StoreCommands.MigrateAsync(ConfigurationOf(parsed), stop)),
            Command("export", "Write all of a store as lines of JSON.", [_out], (parsed, stop) => StoreCommands.ExportAsync(ConfigurationOf(parsed), parsed.GetRequiredValue(_out), stop)),
            Command("import", "Fill an empty store from an export.", [_in], (parsed, stop) => StoreCommands.ImportAsync(ConfigurationOf(parsed), parsed.GetRequiredValue(_in), stop)),
            Command("verify", "Replay every participant's log and compare all of the store with it.", [], (parsed, stop) => StoreCommands.VerifyAsync(ConfigurationOf(parsed), stop)),
            Command("scrub", "Rewrite the store's files, so that they hold no bytes of what was erased.", [], (parsed, stop) => StoreCommands.ScrubAsync(ConfigurationOf(parsed), stop)),
        };
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction(int (_) => throw new InvalidOperationException("The server is run by the program itself."));
        return root;
    }

    private static Command Command(string name, string description, Option[] options, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction(run);
        return command;
    }

    private static string[] ConfigurationOf(ParseResult parsed) => new CommandLine(parsed).Configuration;

    // The forms that the configuration takes: --name value, --name=value, /name value, name=value.
    private static string? FaultOf(IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var prefix = tokens[i].StartsWith("--", StringComparison.Ordinal) ? 2 : tokens[i].StartsWith('/') ? 1 : 0;
            var equals = tokens[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? tokens[i][prefix..] : tokens[i][prefix..equals];
            if (prefix == 0 && equals < 0)
            {
                return $"There is no command '{tokens[i]}'.";
            }

            if (!name.Contains(':', StringComparison.Ordinal) && !_hostOptions.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return $"There is no option '{tokens[i]}'.";
            }

            if (equals < 0 && ++i == tokens.Count)
            {
                return $"The option '{tokens[^1]}' needs a value.";
            }
        }

        return null;
    }
}
