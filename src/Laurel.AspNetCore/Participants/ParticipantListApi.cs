using System.Text.Json;
using Laurel.AspNetCore.ApiReference;
using Laurel.AspNetCore.Definitions;
using Laurel.AspNetCore.Hosting;
using Laurel.AspNetCore.Tenants;
using Laurel.Facts;
using Laurel.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Laurel.AspNetCore.Participants;

/// <summary>
/// An environment's participants for the back office: found by name, tier, badge or points, sorted, in pages. What it shows is what was last kept; the clock is not applied, since that
/// would change who is found.
/// </summary>
internal sealed class ParticipantListApi(ILaurelStore store, RuleBooks books)
{
    private const int SearchMaxLength = 255;

    private static readonly (string Name, ParticipantOrder Order)[] _orders =
    [
        ("created_at", ParticipantOrder.CreatedAt), ("participant_id", ParticipantOrder.ParticipantId), ("balance", ParticipantOrder.Balance),
        ("total_earned", ParticipantOrder.TotalEarned), ("total_events", ParticipantOrder.TotalEvents),
    ];

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/gamify/admin/participants", ListAsync).RequireAdminKey().Describe(ParticipantListReference.List);

    private async Task ListAsync(HttpContext context)
    {
        var faults = new List<Fault>();
        var environment = Caller.Of(context).Environment;
        var paging = Paging.Read(context.Request.Query, faults);
        var filters = Read(context.Request.Query, faults);
        if (faults.Count > 0)
        {
            await Problem.UnprocessableAsync(context, faults);
            return;
        }

        var currency = (await books.GetNewestAsync(environment, context.RequestAborted)).Currencies[0].Code;
        var query = filters with { Environment = environment, Currency = currency, Page = paging.Page, PageSize = paging.PageSize };
        var page = await store.ListParticipantsAsync(query, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, JsonAnswers.Options);
        writer.WriteStartObject();
        writer.WriteStartArray("participants");
        foreach (var row in page.Participants)
        {
            Write(writer, row, currency);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total", page.Total);
        writer.WriteNumber("page", paging.Page);
        writer.WriteNumber("page_size", paging.PageSize);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ParticipantRow row, string currency)
    {
        var (state, points) = (row.State, row.State.BalanceOf(currency));
        writer.WriteStartObject();
        writer.WriteString("participant_id", row.Name.Id);
        writer.WriteString("display_name", state.Profile?.DisplayName);
        writer.WriteString("avatar_url", state.Profile?.AvatarUrl);
        writer.WriteStartObject("points");
        writer.WriteNumber("balance", points.Current);
        writer.WriteNumber("total_earned", points.Earned);
        writer.WriteNumber("total_spent", points.Spent);
        writer.WriteEndObject();
        writer.WriteString("tier", state.Tier?.Code);
        writer.WriteNumber("badges", state.Badges.Length);
        writer.WriteNumber("total_events", state.TotalEvents);
        writer.WriteString("created_at", row.CreatedAt.ToString());
        writer.WriteEndObject();
    }

    // Whose environment, currency and page it is follows.
    private static ParticipantListQuery Read(IQueryCollection query, List<Fault> faults)
    {
        var (order, isDescending) = Sort(query, faults);
        return new ParticipantListQuery(
            default, Search(query, faults), Code(query, "tier", faults), Code(query, "badge", faults), MinPoints(query, faults), "", order, isDescending, 1, 1);
    }

    private static string? Search(IQueryCollection query, List<Fault> faults)
    {
        var values = query["search"];

        // U+0000 is no text for PostgreSQL, and stands in no id and no name.
        if (values.Count == 0 || (values.Count == 1 && values[0] is { Length: > 0 } text && Identifiers.CodePoints(text) <= SearchMaxLength && !text.Any(char.IsControl)))
        {
            return values.Count == 0 ? null : values[0];
        }

        faults.Add(new Fault("/search", $"must be one text with 1 to {SearchMaxLength} characters, without control characters"));
        return null;
    }

    private static string? Code(IQueryCollection query, string name, List<Fault> faults)
    {
        var values = query[name];
        if (values.Count == 0 || (values.Count == 1 && Identifiers.IsCode(values[0])))
        {
            return values.Count == 0 ? null : values[0];
        }

        faults.Add(new Fault("/" + name, $"must be one code of a {name}: 1 to 50 small letters, digits and _"));
        return null;
    }

    private static long? MinPoints(IQueryCollection query, List<Fault> faults)
    {
        var values = query["min_points"];
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count == 1 && values[0] is { Length: > 0 and <= 19 } text && text.All(char.IsAsciiDigit) && long.TryParse(text, out var points))
        {
            return points;
        }

        faults.Add(new Fault("/min_points", $"must be one whole number from 0 to {long.MaxValue}"));
        return null;
    }

    private static (ParticipantOrder Order, bool IsDescending) Sort(IQueryCollection query, List<Fault> faults)
    {
        var values = query["sort"];
        if (values.Count == 0)
        {
            return (ParticipantOrder.CreatedAt, true);
        }

        var text = values.Count == 1 ? values[0]! : "";
        var isDescending = text.StartsWith('-');
        foreach (var (name, order) in _orders)
        {
            if (text.AsSpan(isDescending ? 1 : 0).SequenceEqual(name))
            {
                return (order, isDescending);
            }
        }

        faults.Add(new Fault("/sort", $"must be one of {string.Join(", ", _orders.Select(order => order.Name))}, with - in front for the greatest first"));
        return default;
    }
}
