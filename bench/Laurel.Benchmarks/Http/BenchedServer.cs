using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Laurel.Benchmarks.Http;

/// <summary>A published program under load: Laurel, or the endpoint that does nothing. Stopped by SIGTERM, as an operator would.</summary>
internal sealed class BenchedServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private BenchedServer(Process process, string url, string key)
    {
        _process = process;
        Url = url;
        Key = key;
    }

    public string Url { get; }

    /// <summary>An API key of the environment <c>test</c>; empty for the endpoint that does nothing.</summary>
    public string Key { get; }

    public string EventsUrl => Url + "/api/v1/gamify/events";

    /// <summary>Starts Laurel on the store in <paramref name="folder"/> with the participant cap off, and publishes <c>program.json</c>.</summary>
    public static Task<BenchedServer> StartLaurelAsync(BenchOptions options, string folder) => StartLaurelAsync(options, options.ServerProgram, folder);

    /// <summary>The same with <paramref name="program"/>, another build of the server, and <paramref name="settings"/> as environment variables.</summary>
    public static async Task<BenchedServer> StartLaurelAsync(BenchOptions options, string program, string folder, params (string Name, string Value)[] settings)
    {
        var server = await StartNodeAsync(program, folder, settings);
        await server.PublishAsync(options);
        return server;
    }

    /// <summary>Starts Laurel without publishing anything: one more node of a store, or one that was there before.</summary>
    public static Task<BenchedServer> StartNodeAsync(string program, string folder, params (string Name, string Value)[] settings)
    {
        var key = $"bq_test_{Guid.NewGuid():N}";
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Laurel__Store"] = $"sqlite:{StorePath(folder)}",
            ["Laurel__Bootstrap__AdminKey"] = key,
            ["Laurel__ParticipantRate__PerSecond"] = "0",
            ["Laurel__KeyRate__PerMinute"] = "0",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return StartAsync(program, folder, key, environment);
    }

    /// <summary>Starts the peer written with EF Core on a PostgreSQL database.</summary>
    public static Task<BenchedServer> StartEfCoreAsync(BenchOptions options, string connectionString) =>
        StartAsync(options.EfCoreProgram, Scratch.Make(options, "efcore"), "", new(StringComparer.Ordinal) { ["Database"] = connectionString });

    public static Task<BenchedServer> StartEmptyAsync(BenchOptions options) =>
        StartAsync(options.EmptyProgram, Scratch.Make(options, "empty"), "", []);

    public static string StorePath(string folder) => Path.Combine(folder, "laurel.db");

    /// <summary>Environment of a load script that sends to this server.</summary>
    public Dictionary<string, string> LoadEnvironment(params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["KEY"] = Key };
        foreach (var (name, value) in more)
        {
            environment[name] = value;
        }

        return environment;
    }

    /// <summary>Resident memory in MiB: now, and the most it ever was.</summary>
    public (double Now, double Peak) ReadMemory()
    {
        var lines = File.ReadAllLines($"/proc/{_process.Id}/status");
        return (Kibibytes("VmRSS:") / 1024, Kibibytes("VmHWM:") / 1024);

        double Kibibytes(string name) => double.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
            CultureInfo.InvariantCulture);
    }

    /// <summary>Processor time used so far, user and kernel.</summary>
    public TimeSpan ReadProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Lets the server drain and end. It must end by itself, with 0.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using var deadline = new CancellationTokenSource(StartDeadline);
        await _process.WaitForExitAsync(deadline.Token);
        if (_process.ExitCode != 0)
        {
            throw new BenchFailedException($"The server ended with {_process.ExitCode}; see server.log beside its store.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<BenchedServer> StartAsync(string program, string folder, string key, Dictionary<string, string> environment)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "--urls", url },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new BenchFailedException($"{program} did not start.");
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, "server.log")) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new BenchedServer(process, url, key);
        await server.WaitUntilHealthyAsync(program);
        return server;
    }

    private async Task WaitUntilHealthyAsync(string program)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < StartDeadline && !_process.HasExited)
        {
            try
            {
                using var response = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }

        await DisposeAsync();
        throw new BenchFailedException($"{program} was not healthy within {StartDeadline.TotalSeconds} s; see server.log beside its store.");
    }

    /// <summary>Sends JSON with the server's key; anything but a success fails the run.</summary>
    public async Task SendJsonAsync(HttpMethod method, string path, string body)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("X-API-Key", Key);
        using var response = await http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchFailedException($"{method} {path} was refused: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    private async Task PublishAsync(BenchOptions options) =>
        await SendJsonAsync(HttpMethod.Put, "/api/v1/gamify/admin/program", await File.ReadAllTextAsync(options.ProgramDocument));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
