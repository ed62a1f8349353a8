using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Laurel.Facts;

namespace Laurel.Core.Tests.Facts;

public class Properties_tests
{
    private static (Properties? Properties, List<Fault> Faults) Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = 200 });
        reader.Read();
        var faults = new List<Fault>();
        return (PropertiesReader.Read(ref reader, "/properties", faults), faults);
    }

    private static PropertyValue Find(string json, params string[] path) =>
        Read(json).Properties!.Find([.. path.Select(Encoding.UTF8.GetBytes)]);

    [Fact]
    public void Order_and_spelling_come_back_as_written_without_white_space()
    {
        var (properties, _) = Read("""{ "b" : 2.50, "a": [1E3 , -0.0], "\u00fc": "x \/ y\n" , "e" : {} }""");
        Assert.Equal("""{"b":2.50,"a":[1E3,-0.0],"\u00fc":"x \/ y\n","e":{}}""", Encoding.UTF8.GetString(properties!.Json.Span));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "/properties", "twice")]
    [InlineData("""{"x":{"a":1,"\u0061":2}}""", "/properties/x", "twice")]
    [InlineData("""{"a":"\u0000"}""", "/properties/a", "U+0000")]
    [InlineData("""{"a":["ok","\ud800"]}""", "/properties/a/1", "surrogate")]
    [InlineData("""{"a":"\udc00\ud800"}""", "/properties/a", "surrogate")]
    [InlineData("""{"a":"\ud83dx"}""", "/properties/a", "surrogate")]
    [InlineData("""{"a":1e400}""", "/properties/a", "308")]
    [InlineData("""{"a/b~c":1e-309}""", "/properties/a~1b~0c", "308")]
    [InlineData("""{"a":10000000000000000000000000000000000000000000000000000000000000000}""", "/properties/a", "64")]
    [InlineData("""[1]""", "/properties", "object")]
    [InlineData("null", "/properties", "object")]
    public void A_fault_names_its_place(string json, string pointer, string part)
    {
        var (properties, faults) = Read(json);
        Assert.Null(properties);
        var fault = Assert.Single(faults);
        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_found_at_once() =>
        Assert.Equal(3, Read("""{"a":1e400,"b":{"c":1,"c":"\u0000"}}""").Faults.Count);

    [Fact]
    public void An_emoji_may_be_written_as_an_escaped_pair() => Assert.Equal("😀", Find("""{"a":"\ud83d\ude00"}""", "a").Text);

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Nesting_ends_at_32(int depth, bool isAccepted)
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);
        Assert.Equal(isAccepted, Read(json).Properties is not null);
    }

    [Theory]
    [InlineData(32 * 1024, true)]
    [InlineData((32 * 1024) + 1, false)]
    public void Size_ends_at_32_KiB_without_white_space(int bytes, bool isAccepted) =>
        Assert.Equal(isAccepted, Read($"{{ \"a\" : \"{new string('x', bytes - 8)}\" }}").Properties is not null);

    [Fact]
    public void Paths_lead_through_objects_and_lists()
    {
        const string Json = """{"items":[{"sku":"a"},{"sku":"b","price":2.50}],"a.b":true,"":null}""";
        Assert.Equal("b", Find(Json, "items", "1", "sku").Text);
        Assert.Equal(2.5m, Find(Json, "items", "1", "price").Number);
        Assert.Equal(PropertyKind.Missing, Find(Json, "items", "2", "sku").Kind);
        Assert.Equal(PropertyKind.Missing, Find(Json, "items", "01x").Kind);
        Assert.Equal(PropertyKind.True, Find(Json, "a.b").Kind);
        Assert.Equal(PropertyKind.Null, Find(Json, "").Kind);
        Assert.Equal(PropertyKind.Missing, Find(Json, "items", "sku").Kind);
    }

    [Fact]
    public void A_number_beyond_a_decimal_is_there_but_unreadable() =>
        Assert.Equal(PropertyKind.UnreadableNumber, Find("""{"a":1e300}""", "a").Kind);

    [Fact]
    public void The_canonical_form_ignores_member_order_and_nothing_else()
    {
        var value = Gen.OneOf(
            Gen.Int.Select(number => (JsonNode)JsonValue.Create(number)),
            Gen.String.AlphaNumeric.Select(text => (JsonNode)JsonValue.Create(text)),
            Gen.Bool.Select(flag => (JsonNode)JsonValue.Create(flag)));
        var objects = Gen.Dictionary(Gen.String.AlphaNumeric, value)[0, 12];
        Gen.Select(objects, Gen.Int).Sample((members, seed) =>
        {
            var shuffled = members.OrderBy(member => HashCode.Combine(member.Key, seed)).ToList();
            var one = Canonical(new JsonObject(members.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.DeepClone()))).ToJsonString());
            var two = Canonical(new JsonObject(shuffled.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.DeepClone()))).ToJsonString());
            return one == two;
        });
        Assert.NotEqual(Canonical("""{"a":2.5}"""), Canonical("""{"a":2.50}"""));
        Assert.NotEqual(Canonical("""{"a":[1,2]}"""), Canonical("""{"a":[2,1]}"""));
        Assert.NotEqual(Canonical("""{"a":{"b":1}}"""), Canonical("""{"a":{},"b":1}"""));
    }

    private static string Canonical(string json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Read(json).Properties!.AppendCanonical(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
