using System.Text.Json;
using System.Text.Unicode;
using Laurel.Facts;

namespace Laurel.AspNetCore.Events;

/// <summary>
/// Reads request bodies of the Events API in one pass and finds every fault. Members it does not know are ignored, but must still be sound JSON.
/// Source: contract, "Request body"; semantics §2, §3.
/// </summary>
internal static class EventRequestReader
{
    /// <summary>Events in a batch.</summary>
    public const int MaxBatch = 100;

    /// <summary>One event. Null with at least one fault, or where only the idempotency key stands against another one.</summary>
    public static EventRequest? ReadSingle(ReadOnlyMemory<byte> body, Timestamp latest, List<Fault> faults, out string? bodyKey)
    {
        bodyKey = null;
        if (!IsUtf8(body, faults))
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(body.Span);
            reader.Read();
            var request = ReadEvent(ref reader, "", latest, faults, out bodyKey);
            RequireEnd(ref reader);
            return request;
        }
        catch (JsonException failure)
        {
            AddMalformed(faults, failure);
            return null;
        }
    }

    /// <summary>The events of a batch, in order. Null with at least one fault.</summary>
    public static List<EventRequest>? ReadBatch(ReadOnlyMemory<byte> body, Timestamp latest, List<Fault> faults)
    {
        if (!IsUtf8(body, faults))
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(body.Span);
            reader.Read();
            var events = ReadEvents(ref reader, latest, faults);
            RequireEnd(ref reader);
            return faults.Count == 0 ? events : null;
        }
        catch (JsonException failure)
        {
            AddMalformed(faults, failure);
            return null;
        }
    }

    private static List<EventRequest> ReadEvents(ref Utf8JsonReader reader, Timestamp latest, List<Fault> faults)
    {
        var events = new List<EventRequest>();
        var names = new MemberNames();
        var count = -1;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(new Fault("", "must be a JSON object with the member `events`"));
            PropertiesReader.Check(ref reader, "", faults);
            return events;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = ReadName(ref reader, "", names, faults);
            if (name != "events" || reader.TokenType != JsonTokenType.StartArray)
            {
                if (name == "events")
                {
                    count = 0;
                    faults.Add(new Fault("/events", $"must be a list of 1 to {MaxBatch} events"));
                }

                PropertiesReader.Check(ref reader, "/" + Escape(name), faults);
                continue;
            }

            for (count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            {
                // What is beyond the limit is refused whole; its own faults would only hide that.
                if (count >= MaxBatch)
                {
                    reader.Skip();
                }
                else if (ReadEvent(ref reader, $"/events/{count}", latest, faults, out _) is { } request)
                {
                    events.Add(request);
                }
            }

            if (count is 0 or > MaxBatch)
            {
                faults.Add(new Fault("/events", $"must have 1 to {MaxBatch} events, but has {count}"));
            }
        }

        if (count < 0)
        {
            faults.Add(new Fault("/events", $"is required: a list of 1 to {MaxBatch} events"));
        }

        return events;
    }

    private static EventRequest? ReadEvent(ref Utf8JsonReader reader, string pointer, Timestamp latest, List<Fault> faults, out string? bodyKey)
    {
        bodyKey = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(new Fault(pointer, "must be a JSON object with at least participant_id and event_name"));
            PropertiesReader.Check(ref reader, pointer, faults);
            return null;
        }

        var before = faults.Count;
        string? participantId = null, eventName = null, timestampText = null;
        Timestamp? timestamp = null;
        var properties = Properties.Empty;
        var names = new MemberNames();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = ReadName(ref reader, pointer, names, faults);
            switch (name)
            {
                case "participant_id":
                    participantId = ReadText(ref reader, pointer + "/participant_id", faults);
                    AddFault(faults, pointer + "/participant_id", participantId is { Length: >= 0 } ? Identifiers.ParticipantIdFault(participantId) : null);
                    break;
                case "event_name":
                    eventName = ReadText(ref reader, pointer + "/event_name", faults);
                    AddFault(faults, pointer + "/event_name", eventName is { Length: >= 0 } ? Identifiers.EventNameFault(eventName) : null);
                    break;
                case "properties":
                    properties = PropertiesReader.Read(ref reader, pointer + "/properties", faults) ?? properties;
                    break;
                case "timestamp" when reader.TokenType != JsonTokenType.Null:
                    timestampText = ReadText(ref reader, pointer + "/timestamp", faults);
                    timestamp = ReadTimestamp(timestampText, pointer + "/timestamp", latest, faults);
                    break;
                case "idempotency_key" when reader.TokenType != JsonTokenType.Null:
                    bodyKey = ReadText(ref reader, pointer + "/idempotency_key", faults);
                    AddFault(faults, pointer + "/idempotency_key", bodyKey is { Length: >= 0 } ? Identifiers.IdempotencyKeyFault(bodyKey) : null);
                    break;
                default:
                    PropertiesReader.Check(ref reader, $"{pointer}/{Escape(name)}", faults);
                    break;
            }
        }

        AddFault(faults, pointer + "/participant_id", names.Has("participant_id") ? null : "is required: your id of the participant, 1 to 255 characters");
        AddFault(faults, pointer + "/event_name", names.Has("event_name") ? null : "is required: the name of what happened, 1 to 100 characters");
        return faults.Count == before ? new EventRequest(participantId!, eventName!, properties, timestamp, timestampText, bodyKey) : null;
    }

    private static Timestamp? ReadTimestamp(string? text, string pointer, Timestamp latest, List<Fault> faults)
    {
        if (text is null)
        {
            return null;
        }

        if (!TimestampText.TryParse(text, out var timestamp))
        {
            faults.Add(new Fault(pointer, TimestampText.Expected));
            return null;
        }

        if (timestamp > latest)
        {
            faults.Add(new Fault(pointer, $"must not lie that far ahead: {timestamp} is after {latest}, the latest that the server's clock allows now"));
            return null;
        }

        return timestamp;
    }

    // Leaves the reader at the member's value.
    private static string ReadName(ref Utf8JsonReader reader, string pointer, MemberNames names, List<Fault> faults)
    {
        string name;
        if (reader.ValueIsEscaped && PropertiesReader.TextFault(reader.ValueSpan) is { } fault)
        {
            faults.Add(new Fault(pointer, $"has a member whose name {fault}"));
            name = "?";
        }
        else
        {
            name = reader.GetString()!;
            if (!names.Add(name))
            {
                faults.Add(new Fault($"{pointer}/{Escape(name)}", "stands twice; each member may stand once"));
            }
        }

        reader.Read();
        return name;
    }

    // Null after a fault; the value is then passed over.
    private static string? ReadText(ref Utf8JsonReader reader, string pointer, List<Fault> faults)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            faults.Add(new Fault(pointer, "must be a string"));
            PropertiesReader.Check(ref reader, pointer, faults);
            return null;
        }

        if (reader.ValueIsEscaped && PropertiesReader.TextFault(reader.ValueSpan) is { } fault)
        {
            faults.Add(new Fault(pointer, fault));
            return null;
        }

        return reader.GetString();
    }

    private static void AddFault(List<Fault> faults, string pointer, string? message)
    {
        if (message is not null)
        {
            faults.Add(new Fault(pointer, message));
        }
    }

    private static bool IsUtf8(ReadOnlyMemory<byte> body, List<Fault> faults)
    {
        if (Utf8.IsValid(body.Span))
        {
            return true;
        }

        faults.Add(new Fault("", "is not UTF-8. Encode the body as UTF-8."));
        return false;
    }

    private static void RequireEnd(ref Utf8JsonReader reader)
    {
        if (reader.Read())
        {
            throw new JsonException("Something follows the JSON value.");
        }
    }

    private static void AddMalformed(List<Fault> faults, JsonException failure) =>
        faults.Add(new Fault("", $"is not JSON that can be read: {failure.Message}"));

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The names of one object's members so far. Objects have few; a list is faster than a set, and many are still bounded by a set.</summary>
    private sealed class MemberNames
    {
        private readonly List<string> _few = new(6);
        private HashSet<string>? _many;

        public bool Has(string name) => _many?.Contains(name) ?? _few.Contains(name);

        public bool Add(string name)
        {
            if (_many is not null)
            {
                return _many.Add(name);
            }

            if (_few.Contains(name))
            {
                return false;
            }

            _few.Add(name);
            if (_few.Count > 16)
            {
                _many = new HashSet<string>(_few, StringComparer.Ordinal);
            }

            return true;
        }
    }
}
