using Laurel.Benchmarks;
using Laurel.Benchmarks.HandWritten;
using Laurel.Benchmarks.Reports;

// Written by hand runs in a process of its own, so that its memory and its garbage are not the bench's.
if (args is ["write-by-hand", ..])
{
    return HandWrittenProgram.Run(args[1..]);
}

if (BenchOptions.Parse(args, out var options) is { } fault)
{
    Console.Error.WriteLine(fault);
    return 2;
}

var report = new Report(options!);
try
{
    await Layers.RunAsync(options!, report);
}
catch (BenchFailedException failure)
{
    report.Print(Console.Out);
    Console.Error.WriteLine($"The run failed: {failure.Message}");
    return 1;
}

report.Print(Console.Out);
Console.WriteLine($"written to {report.Write()}");
return 0;
