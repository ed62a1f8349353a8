// The endpoint that does nothing: it parses the JSON of POST /events and answers a constant. Its rate is what HTTP alone allows on a machine.
// And a receiver of webhooks that does nothing with them, see Hooks.
using System.Text.Json;
using System.Text.Json.Serialization;
using Laurel.Bench.Empty;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
var app = builder.Build();
app.MapGet("/healthz", () => Results.Ok());
app.MapPost(
    "/api/v1/gamify/events",
    (IncomingEvent incoming) => new EventAnswer("01HZ0000000000000000000000", "01HZ0000000000000000000000", "processed", []));
new Hooks().Map(app);
app.Run();

namespace Laurel.Bench.Empty
{
    internal sealed record IncomingEvent(
        [property: JsonPropertyName("participant_id")] string ParticipantId,
        [property: JsonPropertyName("event_name")] string EventName,
        [property: JsonPropertyName("properties")] JsonElement Properties,
        [property: JsonPropertyName("idempotency_key")] string? IdempotencyKey);

    internal sealed record EventAnswer(
        [property: JsonPropertyName("event_id")] string EventId,
        [property: JsonPropertyName("fact_id")] string FactId,
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("rewards_granted")] object[] RewardsGranted);

    [JsonSerializable(typeof(IncomingEvent))]
    [JsonSerializable(typeof(EventAnswer))]
    [JsonSerializable(typeof(HookFigures))]
    internal sealed partial class WireJson : JsonSerializerContext;
}
