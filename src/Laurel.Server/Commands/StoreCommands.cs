using Laurel.AspNetCore.Commands;
using Laurel.AspNetCore.Hosting;

namespace Laurel.Server.Commands;

/// <summary>The commands with this process's configuration, files and streams.</summary>
internal static class StoreCommands
{
    private const string Standard = "-";

    public static Task<int> MigrateAsync(string[] configuration, CancellationToken cancellationToken) =>
        LaurelCommands.MigrateAsync(OptionsOf(configuration), Console.Out, cancellationToken);

    public static Task<int> VerifyAsync(string[] configuration, CancellationToken cancellationToken) =>
        LaurelCommands.VerifyAsync(OptionsOf(configuration), Console.Out, Console.Error, cancellationToken);

    public static Task<int> ScrubAsync(string[] configuration, CancellationToken cancellationToken) =>
        LaurelCommands.ScrubAsync(OptionsOf(configuration), Console.Out, cancellationToken);

    public static async Task<int> ExportAsync(string[] configuration, string path, CancellationToken cancellationToken)
    {
        var options = OptionsOf(configuration);
        if (path == Standard)
        {
            await using var output = Console.OpenStandardOutput();
            return await LaurelCommands.ExportAsync(options, output, Console.Error, cancellationToken);
        }

        // Under its own name only once it is whole and on disk. Participants and hashes of keys are in it: nobody else reads it.
        var partial = path + ".partial";
        if (File.Exists(path))
        {
            throw new IOException($"The file {path} exists already. Name another one with --out, so that no export is lost.");
        }

        try
        {
            int code;
            await using (var file = new FileStream(partial, Writable()))
            {
                code = await LaurelCommands.ExportAsync(options, file, Console.Error, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path);
            return code;
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    public static async Task<int> ImportAsync(string[] configuration, string path, CancellationToken cancellationToken)
    {
        var options = OptionsOf(configuration);
        await using var input = path == Standard ? Console.OpenStandardInput() : File.OpenRead(path);
        return await LaurelCommands.ImportAsync(options, input, Console.Error, cancellationToken);
    }

    private static FileStreamOptions Writable()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    // The same files, variables and arguments as the server's own.
    private static LaurelOptions OptionsOf(string[] configuration) => LaurelOptions.Read(ServerHost.CreateBuilder(configuration).Configuration);
}
