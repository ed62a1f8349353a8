using Laurel.Facts;

namespace Laurel.Rules;

/// <summary>Collects the faults of one document, up to <see cref="ProgramLimits.Faults"/> of them.</summary>
internal sealed class FaultList
{
    private readonly List<Fault> _listed = [];

    /// <summary>Faults found, the unlisted ones included: a reader compares it before and after to learn whether its part was right.</summary>
    public int Count { get; private set; }

    /// <summary>Whether further faults are counted only.</summary>
    public bool IsFull => Count >= ProgramLimits.Faults;

    public IReadOnlyList<Fault> Listed => _listed;

    public void Add(string pointer, string message)
    {
        if (!IsFull)
        {
            _listed.Add(new Fault(pointer, message));
        }
        else if (Count == ProgramLimits.Faults)
        {
            _listed.Add(new Fault("", $"has more than {ProgramLimits.Faults} faults; those after the first {ProgramLimits.Faults} are not listed"));
        }

        Count++;
    }
}
