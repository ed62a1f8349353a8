using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CsCheck;
using Laurel.Core.Tests.Evaluation;
using Laurel.Core.Tests.Generated;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Tenants;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>Whatever happens, its messages are JSON that says what the facts say.</summary>
public class Webhook_payload_properties
{
    private const string ParticipantId = "a/b%?\"\\ ü 😀";

    [Fact]
    public void Messages_of_any_decision_agree_with_its_facts()
    {
        var types = new int[FactKinds.All.Count];
        Gen.Select(GeneratedPrograms.Whole, GeneratedMoves.Wild).Sample(
            (program, moves) =>
            {
                var participant = new SimulatedParticipant(Kept.Book(program)) { Stock = { ["c0"] = 1, ["c1"] = 3 }, Judged = judged => Check(judged, types) };
                participant.Play(moves, Kept.NewYear);
            },
            iter: LongRun.Times(500));

        // What was never sent was never tested.
        Assert.All(FactKinds.All.Except(GeneratedCommands.KindsNotMade), kind => Assert.True(types[FactKinds.All.ToList().IndexOf(kind)] > 0, $"{kind}: {string.Join(' ', types)}"));
    }

    private static void Check(Judgement judged, int[] types)
    {
        if (judged.Decision.Refusal is not null)
        {
            return;
        }

        var environment = EnvironmentKey.Of(tenantKey: 1, live: judged.Decision.State.Seq % 2 == 0);
        var source = Messages.SourceOf(judged, environment, ParticipantId);
        if (judged.Input is EventInput happened)
        {
            using var own = JsonDocument.Parse(Messages.Render(source, WebhookPayload.OwnPlace));
            var data = CheckEnvelope(own.RootElement, source, happened.FactId, MessageTypes.EventProcessed, happened.OccurredAt);
            Assert.Equal(["seq", "rewards_granted", "event"], Names(data));
            Assert.Equal(
                judged.Decision.Facts.Where(fact => fact.IsGrant).Select(fact => DerivedFact.IdOf(happened.Id, fact.Place).ToString()),
                data.GetProperty("rewards_granted").EnumerateArray().Select(grant => grant.GetProperty("fact_id").GetString()));
            CheckEvent(data, happened);
            Interlocked.Increment(ref types[0]);
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => Messages.Render(source, WebhookPayload.OwnPlace));
        }

        foreach (var fact in judged.Decision.Facts)
        {
            CheckDerived(judged.Input, source, fact);
            Interlocked.Increment(ref types[fact.KindIndex]);
        }
    }

    private static void CheckDerived(Input input, MessageSource source, DerivedFact fact)
    {
        using var message = JsonDocument.Parse(Messages.Render(source, fact.Place));
        var data = CheckEnvelope(message.RootElement, source, input.Id.Plus(fact.Place + 2), fact.Kind, fact.DueAt ?? Messages.OccurredAt(input));

        // The members of all kinds stand beside those of the fact: none may take another's name.
        Assert.Equal(["seq", .. FactData.MembersOf(fact.Kind)!, "code", "source", "caused_by", "event"], Names(data));
        using var own = JsonDocument.Parse(Messages.Written(writer =>
        {
            writer.WriteStartObject();
            fact.WriteData(writer);
            writer.WriteEndObject();
        }));
        Assert.All(own.RootElement.EnumerateObject(), member => Assert.True(JsonElement.DeepEquals(member.Value, data.GetProperty(member.Name))));
        Assert.Equal(fact.Code, data.GetProperty("code").GetString());
        Assert.Equal((fact.Source.Type, fact.Source.Code), (data.GetProperty("source").GetProperty("type").GetString(), data.GetProperty("source").GetProperty("code").GetString()));
        Assert.Equal(fact.CausedBy < 0 && input is not EventInput ? null : input.Id.Plus(fact.CausedBy + 2).ToString(), data.GetProperty("caused_by").GetString());
        CheckEvent(data, input as EventInput);
    }

    private static JsonElement CheckEnvelope(JsonElement message, MessageSource source, FactId id, string type, Timestamp occurredAt)
    {
        Assert.Equal(["id", "type", "occurred_at", "environment", "participant_id", "data"], Names(message));
        Assert.Equal(
            [id.ToString(), type, occurredAt.ToString(), source.Environment.IsLive ? "live" : "test", ParticipantId],
            message.EnumerateObject().Take(5).Select(member => member.Value.GetString()));
        Assert.Equal(source.Seq, message.GetProperty("data").GetProperty("seq").GetInt64());
        return message.GetProperty("data");
    }

    private static void CheckEvent(JsonElement data, EventInput? happened)
    {
        var told = data.GetProperty("event");
        if (happened is null)
        {
            Assert.Equal(JsonValueKind.Null, told.ValueKind);
            return;
        }

        Assert.Equal(["event_id", "event_name", "timestamp", "properties"], Names(told));
        Assert.Equal([happened.Id.ToString(), happened.Name, happened.OccurredAt.ToString()], told.EnumerateObject().Take(3).Select(member => member.Value.GetString()));
        Assert.Equal(Encoding.UTF8.GetString(happened.Properties.Json.Span), Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(told.GetProperty("properties"))));
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
