using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Events;
using Laurel.AspNetCore.Events.Pipeline;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Challenges;
using Laurel.Evaluation;
using Laurel.Facts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Challenges;

/// <summary>Enrols participants in challenges that take only who enrols.</summary>
internal sealed class EnrollmentApi(ParticipantWrites writes)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/gamify/challenges/{code}/enroll", EnrollAsync).RequireKey().Describe(ChallengesReference.Enroll);

    private async Task EnrollAsync(HttpContext context)
    {
        var code = (string)context.Request.RouteValues["code"]!;
        if (await writes.RunAsync(context, (body, faults) => Read(body, code, faults)) is var (write, outcome))
        {
            await AnswerAsync(context, outcome, write.ParticipantId, code);
        }
    }

    private static WriteRequest? Read(JsonElement body, string code, List<Fault> faults) =>
        BodyMembers.Open(body, "", faults) is { } members ? new WriteRequest(members.ParticipantId(), new EnrollInput(default, code, default)) : null;

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
}
