using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Laurel.Evaluation;

namespace Laurel.Storage.Transfer;

/// <summary>What an export says of itself in its first line.</summary>
public sealed record ExportHeader(int Format, int EngineVersion, long Participants, long Inputs);

/// <summary>Why an export cannot be read, in a sentence for the operator that names the line.</summary>
public sealed class ExportFaultException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A store as lines of JSON: a header, a line for each record in the order of <see cref="StoreSection"/>, and a trailer with their number and a SHA-256 over all the
/// lines before it, so that a file that was cut or changed is found out. Two equal stores give the same lines. Format: docs/operate/commands.md.
/// </summary>
public static class Export
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int Format = 1;

    private const int FlushBytes = 64 * 1024;
    private const int LongestLineBytes = 64 * 1024 * 1024;
    private const byte LineFeed = (byte)'\n';

    // As answers are written: JSON for programs, never HTML.
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonDocumentOptions _reading = new() { MaxDepth = EmbeddedJson.DeepestLine };

    /// <summary>Writes all of <paramref name="snapshot"/> to <paramref name="output"/>, telling <paramref name="written"/> of each record; answers how many there were.</summary>
    public static async Task<long> WriteAsync(IStoreSnapshot snapshot, Stream output, Action<StoreRecord> written, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = new ArrayBufferWriter<byte>(2 * FlushBytes);
        await using var writer = new Utf8JsonWriter(lines, _writing);
        var counts = await snapshot.CountAsync(cancellationToken);
        WriteHeader(writer, counts);
        EndLine(writer, lines);
        long records = 0;
        foreach (var section in Enum.GetValues<StoreSection>())
        {
            await foreach (var record in snapshot.ReadAsync(section, cancellationToken))
            {
                RecordWriter.Write(writer, record);
                EndLine(writer, lines);
                if (lines.WrittenCount >= FlushBytes)
                {
                    await FlushAsync();
                }

                records++;
                written(record);
            }
        }

        await FlushAsync();
        WriteTrailer(writer, records, hash.GetHashAndReset());
        EndLine(writer, lines);
        await output.WriteAsync(lines.WrittenMemory, cancellationToken);
        await output.FlushAsync(cancellationToken);
        return records;

        async ValueTask FlushAsync()
        {
            hash.AppendData(lines.WrittenSpan);
            await output.WriteAsync(lines.WrittenMemory, cancellationToken);
            lines.ResetWrittenCount();
        }
    }

    /// <summary>
    /// The records of an export, streamed. Ends only where the whole file is as it was written; throws <see cref="ExportFaultException"/> otherwise, at the latest
    /// after the last record. <paramref name="begun"/> is told the header first.
    /// </summary>
    public static async IAsyncEnumerable<StoreRecord> ReadAsync(Stream input, Action<ExportHeader> begun, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: FlushBytes, leaveOpen: true));
        var last = StoreSection.Tenants;
        long number = 0;
        long records = 0;
        var isComplete = false;
        await foreach (var line in LinesAsync(reader, cancellationToken))
        {
            number++;
            if (isComplete)
            {
                throw new ExportFaultException($"Line {number}: the export ended on the line before, but the file goes on. Import a file as export wrote it.");
            }

            using var document = Parse(line, number);
            var type = TypeOf(document.RootElement);
            if (number == 1)
            {
                begun(Checked(type, document.RootElement));
            }
            else if (type == RecordNames.Trailer)
            {
                CheckTrailer(document.RootElement, number, records, hash.GetCurrentHash());
                isComplete = true;
            }
            else
            {
                var record = ReadRecord(type, document.RootElement, number);
                if (record.Section < last)
                {
                    throw new ExportFaultException($"Line {number}: a '{type}' stands behind records of '{RecordNames.Of(last)}'. Import a file as export wrote it.");
                }

                last = record.Section;
                records++;
                hash.AppendData(line);
                hash.AppendData([LineFeed]);
                yield return record;
                continue;
            }

            hash.AppendData(line);
            hash.AppendData([LineFeed]);
        }

        await reader.CompleteAsync();
        if (!isComplete)
        {
            throw new ExportFaultException(number == 0
                ? "The file is empty: it is no export of Laurel."
                : $"The file is cut: it ends with line {number}, and its last line, the one with the checksum, is missing. Export again, or use another copy.");
        }
    }

    // A line without its end, which counts as no line: whoever wrote it did not finish.
    private static async IAsyncEnumerable<byte[]> LinesAsync(PipeReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1L; ;)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (buffer.PositionOf(LineFeed) is { } end)
            {
                yield return buffer.Slice(0, end).ToArray();
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                number++;
            }

            if (buffer.Length > LongestLineBytes)
            {
                throw new ExportFaultException($"Line {number} is longer than {LongestLineBytes} bytes: this is no export of Laurel.");
            }

            var isEnd = result.IsCompleted;
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (isEnd)
            {
                yield break;
            }
        }
    }

    private static JsonDocument Parse(byte[] line, long number)
    {
        // JSON is parsed without a look into its strings, which would throw only when they are read.
        if (!Utf8.IsValid(line))
        {
            throw new ExportFaultException($"Line {number} is no UTF-8. The file is damaged, or no export of Laurel.");
        }

        try
        {
            return JsonDocument.Parse(line, _reading);
        }
        catch (JsonException fault)
        {
            throw new ExportFaultException($"Line {number} is no JSON ({fault.Message.Split(". ", 2)[0]}). The file is damaged, or no export of Laurel.", fault);
        }
    }

    private static StoreRecord ReadRecord(string? type, JsonElement line, long number)
    {
        if (RecordNames.Find(type) is not { } section)
        {
            throw new ExportFaultException($"Line {number} has the type '{type}', which this version of Laurel does not know. The file is damaged, or made by a newer Laurel.");
        }

        try
        {
            return RecordReader.Read(section, line);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new ExportFaultException($"Line {number}, a '{type}', is damaged: {fault.Message}", fault);
        }
    }

    private static string? TypeOf(JsonElement line) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static void WriteHeader(Utf8JsonWriter writer, StoreCounts counts)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, RecordNames.Header);
        writer.WriteNumber("format"u8, Format);
        writer.WriteNumber("engine_version"u8, Evaluator.EngineVersion);
        writer.WriteNumber("participants"u8, counts.Participants);
        writer.WriteNumber("inputs"u8, counts.Inputs);
        writer.WriteEndObject();
    }

    private static ExportHeader Checked(string? type, JsonElement line)
    {
        if (type != RecordNames.Header)
        {
            throw new ExportFaultException($"Line 1 does not begin an export of Laurel: it must have the type '{RecordNames.Header}'.");
        }

        var header = new ExportHeader((int)Math.Min(int.MaxValue, Number("format")), (int)Math.Min(int.MaxValue, Number("engine_version")), Number("participants"), Number("inputs"));
        return header.Format <= Format && header.EngineVersion <= Evaluator.EngineVersion
            ? header
            : throw new ExportFaultException(
                $"The export has format {header.Format} and engine version {header.EngineVersion}, but this version of Laurel knows only {Format} and {Evaluator.EngineVersion}. Run a newer Laurel.");

        long Number(string name) =>
            line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
                ? number
                : throw new ExportFaultException($"Line 1 has no whole number '{name}': this is no export of Laurel, or it is damaged.");
    }

    private static void WriteTrailer(Utf8JsonWriter writer, long records, ReadOnlySpan<byte> hash)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, RecordNames.Trailer);
        writer.WriteNumber("records"u8, records);
        writer.WriteString("sha256"u8, Convert.ToHexStringLower(hash));
        writer.WriteEndObject();
    }

    private static void CheckTrailer(JsonElement line, long number, long records, byte[] hash)
    {
        var said = line.TryGetProperty("records"u8, out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var whole) ? whole : -1;
        if (said != records)
        {
            throw new ExportFaultException($"Line {number} says that there are {said} records before it, but there are {records}. The file is damaged.");
        }

        if (!line.TryGetProperty("sha256"u8, out var text) || text.ValueKind != JsonValueKind.String || text.GetString() != Convert.ToHexStringLower(hash))
        {
            throw new ExportFaultException($"The checksum on line {number} is not that of the {number - 1} lines before it: the file was changed or damaged.");
        }
    }

    private static void EndLine(Utf8JsonWriter writer, ArrayBufferWriter<byte> lines)
    {
        writer.Flush();
        lines.Write([LineFeed]);
        writer.Reset();
    }
}
