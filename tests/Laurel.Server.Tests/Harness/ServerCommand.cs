using System.Diagnostics;

namespace Laurel.Server.Tests.Harness;

/// <summary>What a command of the server's executable came to.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>Runs commands of the server's executable as processes of their own.</summary>
public static class ServerCommand
{
    /// <summary>Runs <c>laurel-server</c> with <paramref name="args"/> in <paramref name="folder"/> to its end, with nothing to read.</summary>
    public static async Task<CommandResult> RunAsync(string folder, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.ServerPath, .. args])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return new CommandResult(process.ExitCode, await output, await errors);
    }
}
