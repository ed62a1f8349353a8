using System.Text;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

/// <summary>
/// What receivers read is a contract: a message of each type is kept in <c>Approved/</c>. A run with <c>LAUREL_APPROVE</c> naming that folder of the sources writes the
/// messages that are made now; what changed is then judged in the diff.
/// </summary>
public class Webhook_payload_tests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Webhooks", "Approved");

    public static TheoryData<string> Types => [.. MessageTypes.All, MessageTypes.Test];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_message_of_each_type_is_as_approved(string type)
    {
        var message = Story.Indented(Story.Bodies[type]);
        if (Environment.GetEnvironmentVariable("LAUREL_APPROVE") is { Length: > 0 } sources)
        {
            File.WriteAllText(Path.Combine(sources, $"{type}.json"), message);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(Folder, $"{type}.json")), message);
    }

    [Fact]
    public void Nothing_else_is_approved() => Assert.Equal(
        MessageTypes.All.Append(MessageTypes.Test).Order(StringComparer.Ordinal),
        Directory.GetFiles(Folder).Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));

    // A receiver hears the caller's own spelling of numbers, and the order of members.
    [Fact]
    public void The_body_has_no_white_space_and_the_callers_properties_as_written()
    {
        var body = Encoding.UTF8.GetString(Story.Bodies[MessageTypes.EventProcessed]);

        Assert.StartsWith("""{"id":"01KHDSFJFT0000000008000001","type":"event.processed",""", body, StringComparison.Ordinal);
        Assert.EndsWith(""","properties":{"amount":49.90,"currency":"EUR","order":"A-1001"}}}}""", body, StringComparison.Ordinal);
    }
}
