using System.Text;
using Laurel.Rules;

namespace Laurel.Core.Tests.Rules;

public class Good_programs_tests
{
    [Fact]
    public void The_demo_program_is_valid()
    {
        var reading = ProgramReader.Read(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "demo-program.json")), version: 1);

        Assert.Empty(reading.Faults);
        Assert.True(reading.IsValid);
        Assert.Equal(3, reading.Book.PointRules.Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"version":7,"time_zone":null,"currencies":[],"streaks":[],"rewards":null,"leaderboards":[]}""")]
    public void An_empty_program_is_valid(string document)
    {
        var reading = ProgramReader.Read(Encoding.UTF8.GetBytes(document), version: 2);

        Assert.Empty(reading.Faults);
        Assert.Equal([Currency.Default], reading.Book!.Currencies);
        Assert.Equal(2, reading.Book.Version);
    }
}
