// The peer that a team would write itself: the same endpoint for the same ten rules, with ASP.NET Core and EF Core on PostgreSQL. One transaction a request: the
// participant's row locked, the event under the unique index of its key, a ledger line for each grant, an outbox row.
using Laurel.Bench.EfCore;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var database = builder.Configuration["Database"] ?? throw new InvalidOperationException("Database names no connection string.");
builder.Services.AddDbContextPool<LoyaltyContext>(options => options.UseNpgsql(database).EnableThreadSafetyChecks(false));
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
builder.Services.AddSingleton(TimeProvider.System);
var app = builder.Build();
await using (var scope = app.Services.CreateAsyncScope())
{
    await scope.ServiceProvider.GetRequiredService<LoyaltyContext>().Database.EnsureCreatedAsync();
}

app.MapGet("/healthz", () => Results.Ok());
app.MapPost("/api/v1/gamify/events", EventsEndpoint.ReceiveAsync);
app.Run();
