using System.Text;
using Laurel.Webhooks;

namespace Laurel.Core.Tests.Webhooks;

public class Webhook_secret_tests
{
    [Theory]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(32)]
    [InlineData(64)]
    public void A_secret_is_read_as_it_was_written(int length)
    {
        var key = Enumerable.Range(255 - length, length).Select(value => (byte)value).ToArray();
        var text = WebhookSecret.Of(key).ToString();

        Assert.True(WebhookSecret.TryParse(text, out var secret, out var fault));
        Assert.Null(fault);
        Assert.Equal(key, secret.Key.ToArray());
        Assert.Equal(text, secret.ToString());
    }

    [Theory]
    [InlineData("", "must begin with whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with whsec_")]
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with whsec_")]
    [InlineData(" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with whsec_")]
    [InlineData("whsec_", "must have the base64 of 24 to 64 bytes after whsec_, but has that of 0")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", "must have base64 with its padding")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "must have base64 with its padding")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "must have base64 with its padding")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw", "must have base64 with its padding")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La-_Sw", "must have base64 with its padding")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfK=", "must have base64 with its padding")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaM=", "must have the base64 of 24 to 64 bytes after whsec_, but has that of 23")]
    public void A_text_that_is_no_secret_is_refused(string text, string start)
    {
        Assert.False(WebhookSecret.TryParse(text, out var secret, out var fault));
        Assert.Null(secret);
        Assert.StartsWith(start, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65, "but has that of 65")]
    [InlineData(96, "but has that of 96")]
    [InlineData(97, "but has 132 characters there")]
    [InlineData(100_000, "but has 133336 characters there")]
    public void A_secret_that_is_too_long_is_refused(int length, string end)
    {
        Assert.False(WebhookSecret.TryParse(WebhookSecret.Prefix + Convert.ToBase64String(new byte[length]), out _, out var fault));
        Assert.EndsWith(end, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_of_the_wrong_length_are_a_bug()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WebhookSecret.Of(new byte[23]));
        Assert.Throws<ArgumentOutOfRangeException>(() => WebhookSecret.Of(new byte[65]));
    }
}

public class Webhook_signature_tests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    private static readonly WebhookSecret Published = Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    // The vector that Standard Webhooks publishes.
    [Fact]
    public void The_published_example_has_the_published_signature() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", WebhookSignature.Of([Published], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Body));

    [Fact]
    public void Each_secret_signs_for_itself_in_order()
    {
        var other = WebhookSecret.Of(Enumerable.Repeat((byte)7, 32).ToArray());

        var both = WebhookSignature.Of([other, Published], "msg_1", 1, Body);

        Assert.Equal($"{WebhookSignature.Of([other], "msg_1", 1, Body)} {WebhookSignature.Of([Published], "msg_1", 1, Body)}", both);
        Assert.NotEqual(both.Split(' ')[0], both.Split(' ')[1]);
    }

    [Fact]
    public void Id_time_and_body_are_all_signed()
    {
        var signature = WebhookSignature.Of([Published], "msg_1", 10, Body);

        Assert.NotEqual(signature, WebhookSignature.Of([Published], "msg_2", 10, Body));
        Assert.NotEqual(signature, WebhookSignature.Of([Published], "msg_1", 11, Body));
        Assert.NotEqual(signature, WebhookSignature.Of([Published], "msg_1", 10, [.. Body, (byte)' ']));
    }

    [Fact]
    public void Nothing_goes_out_unsigned() => Assert.Throws<ArgumentException>(() => WebhookSignature.Of([], "msg_1", 1, Body));

    private static WebhookSecret Parse(string text) => WebhookSecret.TryParse(text, out var secret, out var fault) ? secret : throw new FormatException(fault);
}
