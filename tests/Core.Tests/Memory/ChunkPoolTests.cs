using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Memory;

namespace Metrics.Core.Tests.Memory;

public class ChunkPoolTests
{
    [Property(MaxTest = 60)]
    public Property Slots_never_overlap_and_are_counted() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 5).Zip(Gen.Choose(1, ChunkPool.MaxSlotBytes)), 300).ToArbitrary(),
        static steps =>
        {
            var pool = new ChunkPool();
            var held = new List<(ChunkSlot Slot, byte Mark)>();
            byte mark = 0;
            foreach (var (kind, bytes) in steps)
            {
                if (held.Count == 0 || kind < 3)
                {
                    Hold(pool.Rent(kind == 0 ? (bytes % 200) + 1 : bytes));
                }
                else
                {
                    var (slot, was) = held[bytes % held.Count];
                    held.RemoveAt(bytes % held.Count);
                    Assert.Equal(slot.Length, slot.Span.Count(was));
                    if (kind == 3)
                    {
                        pool.Return(slot);
                    }
                    else if (kind == 4 && slot.Length < ChunkPool.MaxSlotBytes)
                    {
                        var larger = pool.Grow(slot, slot.Length, 0);
                        Assert.True(larger.Length > slot.Length && larger.Span[..slot.Length].Count(was) == slot.Length);
                        Hold(larger);
                    }
                    else
                    {
                        var used = (slot.Length / 2) + 1;
                        var smaller = pool.Shrink(slot, used);
                        Assert.True(smaller.Length >= used && smaller.Length <= slot.Length && smaller.Span[..used].Count(was) == used);
                        Hold(smaller);
                    }
                }

                Assert.Equal(held.Sum(static h => (long)h.Slot.Length), pool.UsedBytes);
                Assert.True(pool.ReservedBytes >= pool.UsedBytes);
            }

            Assert.All(held, static h => Assert.Equal(h.Slot.Length, h.Slot.Span.Count(h.Mark)));
            held.ForEach(h => pool.Return(h.Slot));
            Assert.Equal(0, pool.UsedBytes);

            void Hold(ChunkSlot slot)
            {
                slot.Span.Fill(++mark);
                held.Add((slot, mark));
            }
        });

    [Fact]
    public void What_is_too_large_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChunkPool().Rent(ChunkPool.MaxSlotBytes + 1));

    [Fact]
    public void No_slot_at_all_may_be_given_back()
    {
        var pool = new ChunkPool();
        pool.Return(default);
        Assert.Equal(0, pool.UsedBytes);
    }

    [Fact]
    public void Memory_that_was_given_back_serves_again()
    {
        var pool = new ChunkPool();
        for (var round = 0; round < 100; round++)
        {
            var slots = Enumerable.Range(0, 1000).Select(_ => pool.Rent(100)).ToList();
            slots.ForEach(pool.Return);
        }

        Assert.InRange(pool.ReservedBytes, 128_000, 512 * 1024);
    }

    [Fact]
    public void Chunks_that_grow_in_step_leave_no_memory_behind()
    {
        var pool = new ChunkPool();
        var slots = Enumerable.Range(0, 10_000).Select(_ => pool.Rent(32)).ToArray();
        while (slots[0].Length < 1024)
        {
            for (var i = 0; i < slots.Length; i++)
            {
                slots[i] = pool.Grow(slots[i], slots[i].Length, 0);
            }
        }

        Assert.InRange(pool.ReservedBytes, pool.UsedBytes, pool.UsedBytes * 3 / 2);
    }
}
