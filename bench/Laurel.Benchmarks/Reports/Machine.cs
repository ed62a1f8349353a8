using System.Globalization;
using System.Runtime.InteropServices;

namespace Laurel.Benchmarks.Reports;

/// <summary>What the figures were measured on.</summary>
public sealed record Machine(string Processor, int Cores, int MemoryMiB, string System, string Runtime, double LoadAtStart)
{
    /// <summary>This machine, as Linux describes it.</summary>
    public static Machine Read()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        var memory = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return new Machine(
            processor ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            int.Parse(memory, CultureInfo.InvariantCulture) / 1024,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            double.Parse(load, CultureInfo.InvariantCulture));
    }

    /// <summary>One line for people.</summary>
    public string Text => $"{Processor}, {Cores} cores, {MemoryMiB} MiB, {System}, {Runtime}, load {LoadAtStart.ToString(CultureInfo.InvariantCulture)} at the start";
}
