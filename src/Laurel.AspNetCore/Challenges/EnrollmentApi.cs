using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Evaluation;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Challenges;

/// <summary>Enrols participants in challenges that take only who enrols.</summary>
internal sealed class EnrollmentApi(EventPipeline pipeline, EventsOptions options)
{
    private const string ParticipantId = "participant_id";

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/gamify/challenges/{code}/enroll", EnrollAsync).RequireKey().Describe(ChallengesReference.Enroll);

    private async Task EnrollAsync(HttpContext context)
    {
        if (await JsonBody.ReadBytesAsync(context, JsonBody.RequestMaxBytes) is not { } body)
        {
            return;
        }

        if (!IdempotencyHeader.TryRead(context, out var key))
        {
            await IdempotencyHeader.RefuseAsync(context);
            return;
        }

        var faults = new List<Fault>();
        if (ReadParticipantId(body, faults) is not { } participantId)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var caller = Caller.Of(context);
        var code = (string)context.Request.RouteValues["code"]!;
        var command = new EnrollCommand(
            new ParticipantName(caller.Environment, participantId),
            caller.Tenant.Rate ?? options.DefaultRate,
            code,
            key is null ? null : EventPayloadHash.Of(caller.Environment, key),
            EventPayloadHash.Of(EnrollCommand.CommandName, participantId, code));
        var group = new CommandGroup([command]);
        if (!pipeline.TrySubmit(group))
        {
            await CommandAnswers.WriteFailureAsync(context, EventPipeline.QueueFull);
            return;
        }

        await group.Done;
        await AnswerAsync(context, command.Outcome!, participantId, code);
    }

    private static Task AnswerAsync(HttpContext context, CommandOutcome outcome, string participantId, string code) => outcome switch
    {
        CommandOutcome.Answered answered => CommandAnswers.WriteAsync(context, answered),
        CommandOutcome.Refused { Reason: Refusal.AlreadyEnrolled } refused => AlreadyEnrolledAsync(context, EnrollmentAnswer.Of(participantId, code, refused.Book, refused.State)),
        CommandOutcome.Refused refused => RefuseAsync(context, refused.Reason, code),
        _ => CommandAnswers.WriteFailureAsync(context, outcome),
    };

    private static async Task AlreadyEnrolledAsync(HttpContext context, EnrollmentAnswer answer)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        answer.WriteAlreadyEnrolled(writer);
    }

    private static Task RefuseAsync(HttpContext context, Refusal reason, string code)
    {
        var (status, problem, detail) = reason switch
        {
            Refusal.ChallengeNotFound => (
                404, "CHALLENGE_NOT_FOUND", "The program of this key's environment has no active challenge of this code. Publish it, or correct the code in the path."),
            Refusal.EnrollmentNotExplicit => (
                409, "ENROLLMENT_NOT_EXPLICIT", $"Everybody takes part in the challenge '{code}' without enrolment. Leave the call out, or publish the challenge with \"enrollment\": \"explicit\"."),
            Refusal.ChallengeNotOpen => (409, "CHALLENGE_NOT_OPEN", $"The challenge '{code}' has not begun, or is over. Enrol between its starts_at and its ends_at."),
            Refusal.NotEligible => (409, "NOT_ELIGIBLE", $"The participant does not meet the eligibility of the challenge '{code}' now. Try again once it does."),
            Refusal.AlreadyCompleted => (409, "CHALLENGE_COMPLETED", $"The participant has completed the challenge '{code}' as often as its max_completions allows."),
            _ => throw new InvalidOperationException($"An enrolment was refused as {reason}."),
        };
        return Problem.WriteAsync(context, status, problem, detail);
    }

    private static string? ReadParticipantId(ReadOnlyMemory<byte> body, List<Fault> faults)
    {
        using var document = JsonBody.Parse(body, faults);
        if (document is null)
        {
            return null;
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new Fault("", "must be a JSON object with the member participant_id"));
            return null;
        }

        var id = document.RootElement.TryGetProperty(ParticipantId, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        var fault = id is not null ? Identifiers.ParticipantIdFault(id)
            : member.ValueKind == JsonValueKind.Undefined ? "is required: your id of the participant, 1 to 255 characters"
            : "must be a string";
        if (fault is null)
        {
            return id;
        }

        faults.Add(new Fault($"/{ParticipantId}", fault));
        return null;
    }
}
