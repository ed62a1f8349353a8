using Laurel.AspNetCore.Hosting;
using Laurel.Simulation.Host;
using Laurel.Storage;

// An ASP.NET Core application that hosts Laurel in its own process, with one promise of the store broken on purpose.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.AddLaurel();

var sabotage = builder.Configuration["LAUREL_SABOTAGE"] switch
{
    "acknowledge-before-commit" => Sabotage.AcknowledgeBeforeCommit,
    "no-key-index" => Sabotage.NoKeyIndex,
    "poll-by-last" => Sabotage.PollByLast,
    "complete-before-send" => Sabotage.CompleteBeforeSend,
    "outbox-apart" => Sabotage.OutboxApart,
    "no-row-lock" => Sabotage.NoRowLock,
    var other => throw new InvalidOperationException($"LAUREL_SABOTAGE is '{other}', which is none of the kinds that this host knows."),
};
var registered = builder.Services.Single(service => service.ServiceType == typeof(ILaurelStore));
builder.Services.Remove(registered);
builder.Services.AddSingleton<ILaurelStore>(services => new SabotagedStore((ILaurelStore)registered.ImplementationFactory!(services), sabotage));

await using var app = builder.Build();
app.UseLaurelProblems();
app.MapLaurel();
await app.RunAsync();
