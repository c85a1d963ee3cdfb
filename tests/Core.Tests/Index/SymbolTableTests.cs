using Metrics.Core.Index;

namespace Metrics.Core.Tests.Index;

public class SymbolTableTests
{
    [Fact]
    public void Gives_each_text_one_symbol_and_back()
    {
        var table = new SymbolTable();
        var a = table.GetOrAdd("a");
        var empty = table.GetOrAdd("");
        Assert.NotEqual(a, empty);
        Assert.NotEqual(0, a);
        Assert.Equal(a, table.GetOrAdd("a"));
        Assert.True(table.TryGet("a", out var found));
        Assert.Equal(a, found);
        Assert.Equal(("a", ""), (table[a], table[empty]));
        Assert.False(table.TryGet("b", out found));
        Assert.Equal(0, found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_number_that_was_never_handed_out_is_no_symbol(int symbol)
    {
        var table = new SymbolTable();
        table.GetOrAdd("a");
        Assert.Throws<ArgumentOutOfRangeException>(() => table[symbol]);
    }

    [Fact]
    public void Forgets_what_nobody_holds_but_not_what_is_pinned()
    {
        var table = new SymbolTable();
        var held = table.Hold("held");
        Assert.Equal(held, table.Hold("held"));
        var pinned = table.GetOrAdd("pinned");
        Assert.Equal(pinned, table.Hold("pinned"));
        table.Release(held);
        Assert.True(table.TryGet("held", out _));
        table.Release(held);
        table.Release(pinned);
        Assert.False(table.TryGet("held", out _));
        Assert.True(table.TryGet("pinned", out _));
        Assert.Equal("held", table[held]);
        Assert.NotEqual(held, table.Hold("other"));
    }

    [Fact]
    public void Values_that_come_and_go_do_not_pile_up()
    {
        var table = new SymbolTable();
        var highest = 0;
        for (var i = 0; i < 4 * SymbolTable.ReuseAfter; i++)
        {
            var symbol = table.Hold($"pod-{i}");
            Assert.Equal($"pod-{i}", table[symbol]);
            highest = Math.Max(highest, symbol);
            table.Release(symbol);
        }

        Assert.Equal(0, table.Count);
        Assert.InRange(highest, 1, SymbolTable.ReuseAfter + 2);
    }

    [Fact]
    public void Lists_texts_in_ordinal_order()
    {
        var table = new SymbolTable();
        int[] symbols = [table.GetOrAdd("b"), table.GetOrAdd("B"), table.GetOrAdd("a")];
        Assert.Equal(["B", "a", "b"], table.InOrder(symbols));
        Assert.Equal(["B", "a"], table.InOrder(symbols, limit: 2));
    }

    [Fact]
    public void Threads_that_hold_and_release_the_same_texts_agree_on_their_symbols()
    {
        var table = new SymbolTable();
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 20_000; i++)
            {
                var text = $"t{random.Next(8)}";
                var symbol = table.Hold(text);
                Assert.True(table.TryGet(text, out var found));
                Assert.Equal((symbol, text), (found, table[symbol]));
                table.Release(symbol);
            }
        });
        Assert.Equal(0, table.Count);
    }
}
