using System.Net.Sockets;
using Laurel.AspNetCore.Hosting;
using Laurel.Storage;
using Microsoft.AspNetCore.Connections;

namespace Laurel.Server;

/// <summary>Says in one sentence why the server does not start, where the cause lies outside of it. Anything else is a bug and keeps its stack trace.</summary>
internal static class StartFailure
{
    /// <summary>The sentence for standard error; null where the exception is a bug.</summary>
    public static string? Sentence(Exception exception) => exception switch
    {
        LaurelStartException or StoreException => exception.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{exception.Message} Stop what listens there, or choose another address, for example --urls http://127.0.0.1:5081.",
        SocketException => $"The server cannot listen at the address it was given: {exception.Message}. Choose another with --urls, for example --urls http://127.0.0.1:5081.",
        FormatException or InvalidDataException or IOException or UnauthorizedAccessException => $"The server cannot start: {FirstLine(exception.Message)}",
        ArgumentOutOfRangeException { ParamName: "port" } =>
            "The server cannot listen at the address it was given: a port is a number from 0 to 65535. Choose another with --urls, for example --urls http://127.0.0.1:5081.",
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" or "Microsoft.AspNetCore.Server.Kestrel" } =>
            $"The server cannot start: {FirstLine(exception.Message)}",
        _ => null,
    };

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd('\r');
}
