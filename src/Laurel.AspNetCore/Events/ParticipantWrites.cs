using System.Text.Json;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Http;

namespace Laurel.AspNetCore.Events;

/// <summary>A write of one participant, read from a request: what is to be done, but for its id and time.</summary>
internal sealed record WriteRequest(string ParticipantId, CommandInput Input);

/// <summary>
/// Takes calls that write a participant and are no events through the pipeline: body, idempotency key, command, outcome. Every such call is judged, made durable
/// and replayed as an event is.
/// </summary>
internal sealed class ParticipantWrites(EventPipeline pipeline, EventsOptions options)
{
    /// <summary>
    /// Reads the body with <paramref name="read"/>, which adds faults for what is wrong, and runs the command. Null where the call has been answered with an error of the
    /// request's own; else the write and its outcome, which <see cref="AnswerAsync"/> tells where the caller has nothing better to say.
    /// </summary>
    public async ValueTask<(WriteRequest Write, CommandOutcome Outcome)?> RunAsync(
        HttpContext context, Func<JsonElement, List<Fault>, WriteRequest?> read, bool takesKey = true)
    {
        if (await ReadAsync(context, read, takesKey) is not var (write, key))
        {
            return null;
        }

        return (write, await RunAsync(Caller.Of(context), write, key));
    }

    /// <summary>
    /// Reads the body with <paramref name="read"/>, and the key, for calls that look something up before they know what to run. Null where the call has been answered
    /// with an error of the request's own.
    /// </summary>
    public static async ValueTask<(T Read, string? Key)?> ReadAsync<T>(HttpContext context, Func<JsonElement, List<Fault>, T?> read, bool takesKey = true)
        where T : class
    {
        if (await JsonBody.ReadBytesAsync(context, JsonBody.RequestMaxBytes) is not { } body)
        {
            return null;
        }

        string? key = null;
        if (takesKey && !IdempotencyHeader.TryRead(context, out key))
        {
            await IdempotencyHeader.RefuseAsync(context);
            return null;
        }

        var faults = new List<Fault>();
        using var document = JsonBody.Parse(body, faults);
        var result = document is null ? null : read(document.RootElement, faults);
        if (result is null || faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return null;
        }

        return (result, key);
    }

    /// <summary>Runs one write.</summary>
    public async ValueTask<CommandOutcome> RunAsync(Caller caller, WriteRequest write, string? key)
    {
        var commands = await RunAsync(caller, [(write, key)]);
        return commands is null ? EventPipeline.QueueFull : commands[0].Outcome!;
    }

    /// <summary>Runs writes of one call in order, each on its own; null where the queue has no room for them.</summary>
    public async ValueTask<IReadOnlyList<PipelineCommand>?> RunAsync(Caller caller, IReadOnlyList<(WriteRequest Write, string? Key)> writes)
    {
        var group = new CommandGroup([.. writes.Select(write => ToCommand(caller, write.Write, write.Key))]);
        if (!pipeline.TrySubmit(group))
        {
            return null;
        }

        await group.Done;
        return group.Commands;
    }

    /// <summary>200 with the answer, or the error of a command that the pipeline could not run.</summary>
    public static Task AnswerAsync(HttpContext context, CommandOutcome outcome) => outcome is CommandOutcome.Answered answered
        ? CommandAnswers.WriteAsync(context, answered)
        : CommandAnswers.WriteFailureAsync(context, outcome);

    private WriteCommand ToCommand(Caller caller, WriteRequest write, string? key) => new(
        new ParticipantName(caller.Environment, write.ParticipantId),
        caller.Tenant.Rate ?? options.DefaultRate,
        write.Input,
        key is null ? null : EventPayloadHash.Of(caller.Environment, key),
        // Only a retry with a key is ever compared.
        key is null ? default : EventPayloadHash.Of(write.Input.Name, write.ParticipantId, write.Input.Payload()));
}
