using System.Globalization;
using System.Text.Json;

namespace Laurel.Benchmarks.Reports;

/// <summary>Gathers the figures of one run, prints them as a table and writes them as JSON.</summary>
internal sealed class Report(BenchOptions options)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly List<Figure> _figures = [];
    private readonly List<string> _notes = [];
    private readonly DateTime _startedAt = DateTime.UtcNow;
    private readonly Machine _machine = Machine.Read();

    public void Add(Figure figure)
    {
        _figures.Add(figure);
        Console.Error.WriteLine($"   {figure.Name}: {figure.ValueText} {figure.Unit}");
    }

    public void Add(string layer, string name, double value, string unit, Target? target = null) => Add(new Figure(layer, name, value, unit, target));

    /// <summary>The median of the rounds' ratios, with the lowest and the highest of them.</summary>
    public void AddRatio(string layer, string name, List<double> rounds, Target? target = null)
    {
        Add(layer, name, Median.Of(rounds), "ratio", target);
        Add(layer, $"{name}, lowest round", rounds.Min(), "ratio");
        Add(layer, $"{name}, highest round", rounds.Max(), "ratio");
    }

    /// <summary>Says what the figures were measured with: versions, settings, choices.</summary>
    public void Note(string note)
    {
        _notes.Add(note);
        Console.Error.WriteLine($"   {note}");
    }

    /// <summary>A Markdown table, so that it can be pasted as it is.</summary>
    public void Print(TextWriter output)
    {
        string[] head = ["layer", "figure", "value", "unit", "target", ""];
        var rows = _figures.ConvertAll(figure => new[] { figure.Layer, figure.Name, figure.ValueText, figure.Unit, figure.Target?.Text ?? "", figure.Verdict });
        var widths = head.Select((title, i) => rows.Select(row => row[i].Length).Append(title.Length).Append(3).Max()).ToArray();
        output.WriteLine();
        output.WriteLine($"{_startedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}Z, commit {options.Commit}{(options.IsQuick ? ", quick: not to be quoted" : "")}");
        output.WriteLine(_machine.Text);
        _notes.ForEach(output.WriteLine);
        output.WriteLine();
        output.WriteLine(Row(head));
        output.WriteLine(Row([.. widths.Select(width => new string('-', width))]));
        foreach (var row in rows)
        {
            output.WriteLine(Row(row));
        }

        output.WriteLine();

        string Row(string[] cells) =>
            $"| {string.Join(" | ", cells.Select((cell, i) => i == 2 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i])))} |";
    }

    /// <summary>Writes <c>results/&lt;time&gt;-&lt;commit&gt;.json</c> and returns its path.</summary>
    public string Write()
    {
        var folder = Path.Combine(options.BenchFolder, "results");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{_startedAt.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{options.Commit}{(options.IsQuick ? "-quick" : "")}.json");
        var document = new
        {
            StartedAt = _startedAt,
            options.Commit,
            options.IsQuick,
            options.IsLong,
            options.Layers,
            LoadGenerator = "wrk (Debian); stores of a given size are filled by the bench's own client",
            Store = options.IsOnPostgres ? "postgres" : "sqlite",
            Machine = _machine,
            Notes = _notes,
            Figures = _figures.ConvertAll(figure => new
            {
                figure.Layer,
                figure.Name,
                figure.Value,
                figure.Unit,
                Target = figure.Target?.Text,
                IsMet = figure.Target?.IsMet(figure.Value),
            }),
        };
        File.WriteAllText(path, JsonSerializer.Serialize(document, Json) + "\n");
        return path;
    }

}
