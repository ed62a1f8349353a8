using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>The receivers that <c>docs/guides/webhooks.md</c> shows are read out of it, run, and believe what is genuine and nothing else.</summary>
public class Webhook_guide_tests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "guides-webhooks.md"));

    private const string NodeRunner =
        """
        import { readFileSync } from 'node:fs';
        import { isGenuine } from './receiver.mjs';
        const requests = JSON.parse(readFileSync('requests.json', 'utf8'));
        console.log(JSON.stringify(requests.map((one) => isGenuine(one.secret, one.headers, Buffer.from(one.body, 'base64'), one.now))));
        """;

    private const string PythonRunner =
        """
        import base64, json
        from receiver import is_genuine
        with open("requests.json", encoding="utf-8") as file:
            requests = json.load(file)
        print(json.dumps([is_genuine(one["secret"], one["headers"], base64.b64decode(one["body"]), one["now"]) for one in requests]))
        """;

    [Fact]
    public void The_requests_are_worth_it()
    {
        Assert.InRange(ReceivedRequest.All.Count(request => request.IsGenuine), 80, int.MaxValue);
        Assert.InRange(ReceivedRequest.All.Count(request => !request.IsGenuine), 1000, int.MaxValue);
        Assert.Equal(ReceivedRequest.All.Count, ReceivedRequest.All.Select(request => request.What).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_receiver_in_CSharp_is_the_one_that_is_compiled_here()
    {
        var compiled = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "GuideReceiver.cs"));
        var shown = string.Join('\n', Block("csharp").TrimEnd().Split('\n').Select(line => line.Length == 0 ? line : "    " + line));

        Assert.Contains(shown, compiled, StringComparison.Ordinal);
        Assert.All(compiled.Split('\n').Where(line => line.StartsWith("using ", StringComparison.Ordinal)), line => Assert.Contains(line.Trim(), Guide, StringComparison.Ordinal));
    }

    [Fact]
    public void The_receiver_in_CSharp_believes_what_is_genuine_and_nothing_else() => Agree(ReceivedRequest.All.Select(request => GuideReceiver.IsGenuine(
        ReceivedRequest.Secret.ToString(), request.Id, request.SentAt, request.Signatures, request.Body, DateTimeOffset.FromUnixTimeSeconds(request.Now))));

    [Fact]
    public void The_receiver_in_Node_believes_what_is_genuine_and_nothing_else() => Agree(Run("node", "receiver.mjs", Block("js"), "run.mjs", NodeRunner));

    [Fact]
    public void The_receiver_in_Python_believes_what_is_genuine_and_nothing_else() => Agree(Run("python3", "receiver.py", Block("python"), "run.py", PythonRunner));

    private static void Agree(IEnumerable<bool> believed)
    {
        var answers = believed.ToList();
        Assert.Equal(ReceivedRequest.All.Count, answers.Count);
        Assert.All(ReceivedRequest.All.Zip(answers), pair => Assert.True(pair.First.IsGenuine == pair.Second, $"{pair.First.What}: believed {pair.Second}"));
    }

    // The first of its language; those after it use a package.
    private static string Block(string language) => Guide.Split($"```{language}\n")[1].Split("```")[0];

    private static bool[] Run(string program, string receiverName, string receiver, string runnerName, string runner)
    {
        var folder = Directory.CreateTempSubdirectory("laurel-guide-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, receiverName), receiver);
            File.WriteAllText(Path.Combine(folder, runnerName), runner);
            File.WriteAllText(Path.Combine(folder, "requests.json"), JsonSerializer.Serialize(ReceivedRequest.All.Select(request => new
            {
                secret = ReceivedRequest.Secret.ToString(),
                headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["webhook-id"] = request.Id, ["webhook-timestamp"] = request.SentAt, ["webhook-signature"] = request.Signatures },
                body = Convert.ToBase64String(request.Body),
                now = request.Now,
            })));
            return JsonSerializer.Deserialize<bool[]>(Output(program, runnerName, folder))!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Output(string program, string script, string folder)
    {
        using var process = Start(new ProcessStartInfo(program, script) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 });
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip($"{start.FileName} is missing: install it to have the guide's receiver run.");
            throw;
        }
    }
}
