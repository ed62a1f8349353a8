using Laurel.AspNetCore.Hosting;
using Laurel.Server;
using Laurel.Server.Commands;

var line = CommandLine.Read(args);
if (!line.IsServe)
{
    return await line.RunAsync();
}

try
{
    var builder = ServerHost.CreateBuilder(line.Configuration);
    var options = LaurelOptions.Read(builder.Configuration);
    builder.Services.AddLaurel(options);
    builder.Services.AddLaurelDemo(DemoProgramFile.Read());
    builder.Services.AddServerTelemetry(options);

    await using var app = builder.Build();
    app.LogOnceStarted();
    app.UseLaurelProblems();
    app.MapLaurel();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.Sentence(e) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return 1;
}
