using Laurel.AspNetCore.Events.Pipeline;
using Laurel.Storage;
using Laurel.Tenants;

namespace Laurel.Server.Tests.Nodes;

/// <summary>Where the commands of participants wait whom another node holds.</summary>
public sealed class ContendedLaneTests
{
    [Fact]
    public void A_participants_commands_keep_their_order_and_participants_take_turns()
    {
        var lane = new ContendedLane(queueLimit: 100);
        PipelineCommand[] commands = [Command("a"), Command("b"), Command("a"), Command("a"), Command("b")];
        Assert.False(lane.TryFollow(commands[0]));
        lane.Add(commands[0]);
        lane.Add(commands[1]);
        Assert.True(lane.TryFollow(commands[2]));
        var first = lane.Take(1);
        Assert.Equal([commands[0]], first);

        // What comes while a participant's command runs stands behind it.
        Assert.True(lane.TryFollow(commands[3]));
        Assert.True(lane.TryFollow(commands[4]));
        lane.End(first);

        foreach (var expected in (PipelineCommand[][])[[commands[1], commands[4]], [commands[2], commands[3]]])
        {
            var taken = lane.Take(10);
            Assert.Equal(expected, taken);
            lane.End(taken);
        }

        Assert.Empty(lane.Take(10));
        Assert.Equal(0, lane.Count);
        Assert.False(lane.TryFollow(Command("a")));
    }

    [Fact]
    public void Beyond_the_limit_a_command_is_told_that_the_queue_is_full()
    {
        var lane = new ContendedLane(queueLimit: 2);
        PipelineCommand[] commands = [Command("a"), Command("a"), Command("a"), Command("b")];
        lane.Add(commands[0]);
        Assert.All(commands[1..3], command => Assert.True(lane.TryFollow(command)));
        lane.Add(commands[3]);

        Assert.Equal([null, null, EventPipeline.QueueFull, EventPipeline.QueueFull], commands.Select(command => command.Outcome));
        var taken = lane.Take(10);
        Assert.Equal(commands[..2], taken);
        lane.End(taken);
        Assert.Empty(lane.Take(10));
        Assert.Equal(0, lane.Count);
    }

    private static WakeCommand Command(string participant)
    {
        var command = new WakeCommand(new ParticipantName(new EnvironmentKey(2), participant));
        _ = new CommandGroup([command]);
        return command;
    }
}
