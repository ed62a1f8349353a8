using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Laurel.Server.Tests.Harness;

/// <summary>
/// The real server as a process of its own, on a free port, with a folder and a store of its own, which go when it is disposed.
/// It can be killed, terminated and started again on the same store.
/// </summary>
public sealed class LaurelServer : IAsyncDisposable
{
    /// <summary>The setting that names the store.</summary>
    public const string StoreSetting = "Laurel__Store";

    /// <summary>The setting that names the key of webhook secrets. An empty one is none.</summary>
    public const string EncryptionSetting = "Laurel__Webhooks__EncryptionKey";

    private readonly StringBuilder _output = new();
    private readonly bool _ownsFolder;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = Wait.Deadline,
    };

    private Process? _process;
    private TestStore? _store;

    /// <summary>Starts nothing yet. <paramref name="folder"/> is made and removed where it is null; <paramref name="executable"/> is a dll.</summary>
    public LaurelServer(string? folder = null, string? executable = null)
    {
        Executable = executable ?? Repository.ServerPath;
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("laurel-").FullName;
        StorePath = TestStore.PathIn(Folder);
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        Settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Laurel__Bootstrap__AdminKey"] = $"{TestKey},{LiveKey}",
            ["Laurel__Bootstrap__OperatorKey"] = OperatorKey,
        };
    }

    public string Folder { get; }

    /// <summary>The dll that the next start runs.</summary>
    public string Executable { get; set; }

    /// <summary>Where the store is if it is SQLite's.</summary>
    public string StorePath { get; }

    /// <summary>Whether the store is PostgreSQL, unless the settings name one; else a file.</summary>
    public bool IsOnPostgres { get; init; } = TestStore.IsPostgresWanted;

    /// <summary>What a server calls its own store by, once it was started.</summary>
    public string StoreName => _store!.Name;

    public Uri Address { get; }

    /// <summary>Environment variables of the process; change them before a start.</summary>
    public Dictionary<string, string> Settings { get; }

    /// <summary>The admin's key for <c>test</c> of the tenant <c>default</c>.</summary>
    public string TestKey { get; } = "bq_test_" + RandomHex();

    /// <summary>The admin's key for <c>live</c> of the tenant <c>default</c>.</summary>
    public string LiveKey { get; } = "bq_live_" + RandomHex();

    public string OperatorKey { get; } = "bq_op_" + RandomHex();

    /// <summary>Calls with <see cref="TestKey"/>.</summary>
    public Api Test => new(_http, Address, TestKey);

    /// <summary>Calls with <see cref="LiveKey"/>.</summary>
    public Api Live => new(_http, Address, LiveKey);

    /// <summary>Calls the operator's endpoints.</summary>
    public Api Operator => new(_http, Address, OperatorKey, "X-Operator-Key");

    /// <summary>Calls without any key.</summary>
    public Api Anonymous => new(_http, Address, null);

    /// <summary>All that the process has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Another node on the store of this server, which was started before and outlives it, with the same settings. It is not started.</summary>
    public LaurelServer AnotherNode()
    {
        var node = new LaurelServer(executable: Executable);
        foreach (var (name, value) in Settings)
        {
            node.Settings[name] = value;
        }

        return node;
    }

    /// <summary>From the next start on, the store folds its log, and cuts its write-ahead log, as often as it may.</summary>
    public void FoldOften()
    {
        Settings["Laurel__Sqlite__FoldAfterInputs"] = "100";
        Settings["Laurel__Sqlite__WalLimitMb"] = "16";
    }

    /// <summary>Starts the process and returns once it is ready; throws with its output where it ends before.</summary>
    public async Task StartAsync()
    {
        await PrepareStoreAsync();
        Launch();
        await Wait.UntilAsync($"the server is ready; it printed: {Output}", async () =>
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"The server ended with {_process.ExitCode} instead of becoming ready: {Output}");
            }

            try
            {
                return (await Anonymous.GetAsync("/readyz")).Status == 200;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <summary>Starts a process that is expected to end by itself, and returns its exit code. <paramref name="args"/> come after the address.</summary>
    public async Task<int> RunToEndAsync(params string[] args)
    {
        await PrepareStoreAsync();
        Launch(args);
        return await ExitAsync();
    }

    /// <summary>SIGKILL: the process has no say in it.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM (or another <paramref name="signal"/>): the process drains and ends. Returns its exit code.</summary>
    public async Task<int> TerminateAsync(string signal = "TERM")
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {_process!.Id}"]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        _http.Dispose();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task PrepareStoreAsync()
    {
        if (Settings.ContainsKey(StoreSetting))
        {
            return;
        }

        _store = await TestStore.CreateAsync(Folder, IsOnPostgres);
        Settings[StoreSetting] = _store.Setting;
        if (IsOnPostgres)
        {
            Settings.TryAdd(EncryptionSetting, TestStore.EncryptionKey);
        }
    }

    private void Launch(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Executable, "--urls", Address.ToString(), .. args])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in Settings)
        {
            start.Environment[name] = value;
        }

        _process?.Dispose();
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }

    private async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        await _process!.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    private static string RandomHex() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
