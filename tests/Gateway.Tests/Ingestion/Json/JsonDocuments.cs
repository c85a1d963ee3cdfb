using System.Globalization;
using System.Text;

namespace Metrics.Gateway.Tests.Ingestion.Json;

/// <summary>Makes bodies of every shape out of a seed: odd white space, escapes, orders, and things that are refused.</summary>
internal sealed class JsonDocuments(int seed)
{
    private static readonly string[] Texts =
        ["", "a", "cpu.user", "/v1/users/{id}", "}", "\\\"},", "\\u0041\\n", "é", "\\ud83d\\ude00", "x\\\\", "{\\\"a\\\":1}", ",\\\"value\\\":3", "{", "[]", "a } }b", "a }},1,[] "];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1.5", "45.2", "1e3", "1E-3", "1e999", "123456789012345678901234567890", "0.1", "1.7976931348623157e308", "5e-324",
        "9007199254740993", "0.000000000000000000000012345", "1708632000", "1708632000.123", "1708632000.1235", "1708632000123",
        "1708632000123.5", "99999999999.9999", "100000000000", "1e14", "99999999999999", "-1708632000.0005", "1.708632e9", "0.3", "2.2250738585072011e-308",
    ];

    private readonly Random _random = new(seed);

    public string Body()
    {
        var elements = Enumerable.Range(0, _random.Next(6)).Select(_ => Element()).ToList();
        var array = $"{Space()}[{Space()}{string.Join(Space() + "," + Space(), elements)}{Space()}]{Space()}";
        return Chance(10) && elements.Count > 0 ? elements[0] : array;
    }

    /// <summary>The same with a few bytes changed.</summary>
    public byte[] Damaged()
    {
        var bytes = Encoding.UTF8.GetBytes(Body());
        for (var i = 0; i < 2 && bytes.Length > 0; i++)
        {
            bytes[_random.Next(bytes.Length)] = Chance(2) ? (byte)_random.Next(256) : (byte)"{}[]\",:\\01eE.- \n"[_random.Next(16)];
        }

        return bytes;
    }

    private string Element()
    {
        if (Chance(30))
        {
            return Pick("1", "null", "[]", "\"x\"", "{}", "[{}]", "{\"a\":{\"b\":{\"c\":1}}}");
        }

        var fields = new List<string> { Field("metric", Chance(15) ? Number() : Text()), Field("value", Value()) };
        if (!Chance(4))
        {
            fields.Add(Field("tags", Tags()));
        }

        if (!Chance(4))
        {
            fields.Add(Field("timestamp", Chance(15) ? Pick("null", "\"1\"", "true", "{}") : Number()));
        }

        if (Chance(15))
        {
            fields.Add(Field(Pick("value", "metric", "tags", "timestamp", "vlaue", "Value"), Number()));
        }

        if (Chance(15))
        {
            fields.RemoveAt(_random.Next(fields.Count));
        }

        var order = Chance(2) ? fields : [.. fields.OrderBy(_ => _random.Next())];
        return $"{{{Space()}{string.Join(Space() + "," + Space(), order)}{Space()}}}";
    }

    private string Field(string name, string value) =>
        $"\"{(Chance(20) ? name.Replace("a", "\\u0061", StringComparison.Ordinal) : name)}\"{Space()}:{Space()}{value}";

    private string Tags()
    {
        if (Chance(15))
        {
            return Pick("null", "[]", "\"x\"", "{\"a\":1}", "{\"a\":{\"b\":\"c\"}}", "{\"a\":null}");
        }

        var tags = Enumerable.Range(0, _random.Next(4)).Select(i => $"\"{(Chance(30) ? "k" : $"k{i}")}\"{Space()}:{Space()}{Text()}");
        return $"{{{Space()}{string.Join("," + Space(), tags)}{Space()}}}";
    }

    private string Text() => $"\"{Texts[_random.Next(Texts.Length)]}{(Chance(3) ? _random.Next(3).ToString(CultureInfo.InvariantCulture) : "")}\"";

    private string Number() => Chance(3)
        ? _random.NextDouble().ToString("R", CultureInfo.InvariantCulture)
        : Chance(3) ? $"{_random.NextInt64()}.{_random.Next()}" : Numbers[_random.Next(Numbers.Length)];

    private string Value() => Chance(12) ? Pick("\"45.2\"", "null", "true", "[]", "{}") : Number();

    private string Space() => Chance(4) ? Pick(" ", "\n", "\r\n\t", "  ") : "";

    private string Pick(params string[] options) => options[_random.Next(options.Length)];

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;
}
