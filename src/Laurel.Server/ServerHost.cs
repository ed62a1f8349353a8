namespace Laurel.Server;

/// <summary>The web host around Laurel: where it listens, what it reads, what it logs.</summary>
internal static class ServerHost
{
    /// <summary>Where the server listens when nothing else is asked for.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    private static readonly string[] AddressSettings = ["urls", "http_ports", "https_ports"];

    /// <summary>
    /// The builder. Its content root is the binary's own folder, so that appsettings.json is found from wherever the server is started;
    /// the store's path still counts from the caller's folder.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        // One read a request instead of two, at the price of 4 KiB for each connection that is open and idle.
        builder.WebHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        if (AddressSettings.All(name => builder.Configuration[name] is null) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Services.AddSingleton(new StartLog(builder.Logging));
        return builder;
    }

    /// <summary>Lets the host log as usual once it runs.</summary>
    public static void LogOnceStarted(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(app.Services.GetRequiredService<StartLog>().Open);
}

/// <summary>
/// Holds back what the host itself logs about a start that fails, stack trace and all: <see cref="StartFailure"/> says it in a sentence.
/// </summary>
internal sealed class StartLog
{
    private static readonly string[] Categories = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];
    private volatile bool _open;

    public StartLog(ILoggingBuilder logging)
    {
        foreach (var category in Categories)
        {
            logging.AddFilter(category, level => _open && level >= LogLevel.Warning);
        }
    }

    /// <summary>The host may log.</summary>
    public void Open() => _open = true;
}
