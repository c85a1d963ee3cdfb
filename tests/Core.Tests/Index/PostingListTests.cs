using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Metrics.Core.Index;

namespace Metrics.Core.Tests.Index;

public class PostingListTests
{
    [Property(MaxTest = 200)]
    public Property Holds_what_a_sorted_set_holds() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 60)).ToArbitrary(),
        toggles =>
        {
            var list = default(PostingList);
            var model = new SortedSet<int>();
            var items = new List<int>();
            foreach (var ordinal in toggles)
            {
                if (model.Add(ordinal))
                {
                    list.Add(ordinal);
                }
                else
                {
                    model.Remove(ordinal);
                    list.Remove(ordinal);
                }

                items.Clear();
                list.CopyTo(items);
                Assert.Equal(model, items);
                Assert.Equal(model.Count, list.Count);
            }
        });
}
