using Laurel.AspNetCore.Hosting;
using Laurel.Storage;
using Laurel.Storage.Transfer;

namespace Laurel.Server.Commands;

/// <summary>Says in one sentence why a command could not be carried out, where the cause lies outside of it. Anything else is a bug and keeps its stack trace.</summary>
internal static class CommandFailure
{
    /// <summary>The sentence for standard error; null where the exception is a bug.</summary>
    public static string? Sentence(Exception exception) => exception switch
    {
        LaurelStartException or StoreException or ExportFaultException => exception.Message,
        IOException or UnauthorizedAccessException or InvalidDataException or FormatException => exception.Message.ReplaceLineEndings(" "),
        OperationCanceledException => "Stopped before the end: nothing was kept.",
        _ => null,
    };
}
