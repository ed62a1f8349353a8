using System.Net.Sockets;

namespace Laurel.AspNetCore.Webhooks.Sending;

/// <summary>Says in words what a failed attempt failed of.</summary>
internal static class SendFailure
{
    /// <summary>The reason, for people, on one line.</summary>
    public static string Reason(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AddressRefusedException refused:
                    return refused.Message;
                case SocketException socket:
                    return Reason(socket.SocketErrorCode);
            }
        }

        return failure switch
        {
            OperationCanceledException => "the receiver took too long to accept a connection",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"TLS failed: {OneLine(failure.InnerException ?? failure)}",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection was cut before the answer",
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
                $"the answer's headers are larger than {WebhookSender.AnswerHeadersLimitKb} KiB",
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "what came back is not HTTP",
            _ => OneLine(failure),
        };
    }

    private static string Reason(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData => "the host's name has no address",
        SocketError.TryAgain or SocketError.NoRecovery => "the host's name could not be looked up",
        SocketError.ConnectionRefused => "the receiver refused the connection",
        SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => "the connection was cut before the answer",
        SocketError.TimedOut => "the receiver took too long to accept a connection",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown => "there is no way to the host's address",
        _ => $"the connection failed ({error})",
    };

    private static string OneLine(Exception failure) => failure.Message.ReplaceLineEndings(" ");
}
