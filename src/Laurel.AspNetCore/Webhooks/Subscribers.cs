using System.Buffers;
using System.Text.Json;
using Laurel.Facts;
using Laurel.Storage;
using Laurel.Webhooks;

namespace Laurel.AspNetCore.Webhooks;

/// <summary>Who wants which kinds of fact in one environment, as of one version of its endpoints. It never changes, so any thread may hold it.</summary>
internal sealed class Subscribers
{
    /// <summary>Nobody wants anything.</summary>
    public static readonly Subscribers None = new([]);

    private readonly (int EndpointKey, int Mask)[] _endpoints;
    private readonly int _anyMask;

    /// <summary>Of these endpoints, those that are enabled.</summary>
    public Subscribers(IEnumerable<WebhookEndpoint> endpoints)
    {
        _endpoints = [.. endpoints.Where(endpoint => endpoint.Status == EndpointStatus.Enabled).Select(endpoint => (endpoint.Key, MaskOf(endpoint)))];
        _anyMask = _endpoints.Aggregate(0, (mask, endpoint) => mask | endpoint.Mask);
    }

    /// <summary>
    /// Who is to get which facts of an input, as <see cref="OutboxWrite.Targets"/>; empty where nobody wants any. <paramref name="factMask"/> has the bits of the
    /// kinds among <paramref name="facts"/>, and bit 0 where the input is an event.
    /// </summary>
    public ReadOnlyMemory<byte> TargetsOf(int factMask, IReadOnlyList<DerivedFact> facts)
    {
        if ((_anyMask & factMask) == 0)
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>(64);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var (key, mask) in _endpoints)
        {
            if ((mask & factMask) != 0)
            {
                WriteTarget(writer, key, mask, factMask, facts);
            }
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    // What was accepted once is accepted by every later version of Laurel, so faults here are a bug.
    private static int MaskOf(WebhookEndpoint endpoint) =>
        (EventTypeFilter.Read(endpoint.EventTypes, []) ?? throw new InvalidOperationException($"The event types of webhook endpoint {endpoint.Id} cannot be read any more.")).Mask;

    private static void WriteTarget(Utf8JsonWriter writer, int key, int mask, int factMask, IReadOnlyList<DerivedFact> facts)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(key);
        if ((mask & factMask & 1) != 0)
        {
            writer.WriteNumberValue(-1);
        }

        for (var place = 0; place < facts.Count; place++)
        {
            if ((mask >> facts[place].KindIndex & 1) != 0)
            {
                writer.WriteNumberValue(place);
            }
        }

        writer.WriteEndArray();
    }
}
