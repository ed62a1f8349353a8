using Laurel.Server.Tests.Harness;

namespace Laurel.Server.Tests.Contract;

/// <summary>A server that may send to receivers on this machine.</summary>
public sealed class WebhookServer : RunningServer
{
    public WebhookServer() => Process.Settings["Laurel__Webhooks__AllowedNetworks"] = "127.0.0.0/8";

    /// <summary>Makes a webhook and returns its path.</summary>
    public static async Task<string> CreateAsync(Api api, string members = "", string url = "https://example.com/hook")
    {
        var made = await api.PostAsync(Api.Webhooks, $$"""{"url":"{{url}}"{{(members.Length == 0 ? "" : "," + members)}}}""");
        Assert.True(made.Status == 201, made.ToString());
        return $"{Api.Webhooks}/{made["webhook_id"]}";
    }
}
