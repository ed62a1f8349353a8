using System.Text;

namespace Laurel.Server.Tests.Webhooks;

/// <summary>Changes one bit of a signed message, such that a receiver sees another message, and only a signature can tell.</summary>
/// <remarks>
/// Every bit of the body counts: it is signed as it is. A flip may leave bytes that are no UTF-8; the packages then read a replacement character, which Laurel never sends.
/// In headers only those bits count that leave a visible character: HTTP itself refuses control characters and trims spaces, so such a request would be
/// refused before anybody verifies it. Every such bit of the three headers does: the id and the timestamp are signed as they stand, and signatures are compared as
/// text, so that even the bits of the last base64 character that mean nothing are looked at. A message must have one signature: of two, the other one would still hold.
/// </remarks>
internal static class FlippedBit
{
    /// <summary>What a bit is flipped in, in turn.</summary>
    private static readonly string[] _fields = ["body", "id", "timestamp", "signature"];

    /// <summary>Flips a bit at a random place: the message's number decides in which field.</summary>
    public static (SignedMessage Message, string What) In(SignedMessage message, int number, Random random)
    {
        Assert.DoesNotContain(' ', message.Signature);
        var field = _fields[number % _fields.Length];
        return field switch
        {
            "body" => (message with { Body = InBytes(message.Body, random) }, field),
            "id" => (message with { Id = InText(message.Id, random) }, field),
            "timestamp" => (message with { SentAt = InText(message.SentAt, random) }, field),
            _ => (message with { Signature = InText(message.Signature, random) }, field),
        };
    }

    private static byte[] InBytes(byte[] bytes, Random random)
    {
        var flipped = bytes.ToArray();
        flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static string InText(string text, Random random)
    {
        while (true)
        {
            var flipped = InBytes(Encoding.ASCII.GetBytes(text), random);
            if (Array.TrueForAll(flipped, value => value is > 0x20 and < 0x7F))
            {
                return Encoding.ASCII.GetString(flipped);
            }
        }
    }
}
