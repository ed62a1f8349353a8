using System.Text.Json;
using System.Text.RegularExpressions;

namespace Laurel.Server.Tests.Harness;

/// <summary>What every answer of a kind must look like.</summary>
public static partial class Expect
{
    /// <summary>A member of an object of its own, in any order, and no other.</summary>
    public static void Members(JsonElement value, params string[] names) =>
        Assert.Equal(names.Order(StringComparer.Ordinal), value.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));

    /// <summary>RFC 9457 with <paramref name="status"/> and <paramref name="code"/>; an upper snake case code where it is null.</summary>
    public static void Problem(Reply reply, int status, string? code)
    {
        Assert.True(reply.Status == status, reply.ToString());
        Assert.Equal("application/problem+json", reply.MediaType);
        string[] names = ["type", "title", "status", "detail", "code", "trace_id"];
        Members(reply.Json, status == 422 ? [.. names, "errors"] : names);
        Assert.Equal(status, reply.Json.GetProperty("status").GetInt32());
        Assert.NotEqual("", reply["title"]);
        Assert.NotEqual("", reply["detail"]);
        Assert.NotEqual("", reply["trace_id"]);
        Assert.DoesNotContain("   at ", reply.Text, StringComparison.Ordinal);
        if (code is null)
        {
            Assert.Matches(UpperSnakeCase(), reply["code"]!);
        }
        else
        {
            Assert.Equal(code, reply["code"]);
        }
    }

    /// <summary>422 with faults at exactly <paramref name="pointers"/>, in any order; at least one fault anywhere where there are none.</summary>
    public static void Unprocessable(Reply reply, params string[] pointers)
    {
        Problem(reply, 422, "unprocessable_entity");
        var errors = reply.Json.GetProperty("errors").EnumerateArray().ToList();
        Assert.NotEmpty(errors);
        foreach (var error in errors)
        {
            Members(error, "pointer", "message");
            Assert.NotEqual("", error.GetProperty("message").GetString());
        }

        if (pointers.Length > 0)
        {
            Assert.Equal(
                pointers.Order(StringComparer.Ordinal),
                errors.Select(error => error.GetProperty("pointer").GetString()!).Distinct().Order(StringComparer.Ordinal));
        }
    }

    /// <summary>The contract's answer to an event that was processed. Returns the event's id.</summary>
    public static string Processed(Reply reply)
    {
        Assert.True(reply.Status == 200, reply.ToString());
        Assert.Equal("application/json", reply.MediaType);
        return Processed(reply.Json);
    }

    /// <summary>The contract's <c>EmitEventResponse</c> of an event that was processed. Returns the event's id.</summary>
    public static string Processed(JsonElement result)
    {
        Members(result, "event_id", "fact_id", "status", "rewards_granted");
        var eventId = result.GetProperty("event_id").GetString()!;
        var factId = result.GetProperty("fact_id").GetString()!;
        Assert.Matches(UlidPattern(), eventId);
        Assert.Matches(UlidPattern(), factId);
        Assert.NotEqual(eventId, factId);
        Assert.Equal("processed", result.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Array, result.GetProperty("rewards_granted").ValueKind);
        return eventId;
    }

    /// <summary>429 of the participant cap, with <c>Retry-After</c> in whole seconds.</summary>
    public static void Capped(Reply reply)
    {
        Problem(reply, 429, "RATE_LIMIT_PARTICIPANT_EXCEEDED");
        Assert.True(int.Parse(reply.Header("Retry-After")!) >= 1);
    }

    [GeneratedRegex("^[0-9A-HJKMNP-TV-Z]{26}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    public static partial Regex UlidPattern();

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UpperSnakeCase();
}
