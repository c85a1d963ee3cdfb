using System.Globalization;
using System.Text;

namespace Metrics.LoadGenerator.Data;

/// <summary>One round of a fleet as gauge lines in packets of limited size.</summary>
internal static class StatsdPackets
{
    /// <summary>What fits an Ethernet frame with room for tunnels.</summary>
    public const int MaxPacketBytes = 1400;

    /// <param name="fleet">One line for each of its series.</param>
    /// <param name="maxLines">Lines a packet at most.</param>
    public static List<(byte[] Packet, int Lines)> Build(DevopsFleet fleet, int maxLines)
    {
        var tags = fleet.Tags.Select(static host => string.Join(',', host.Select(static tag => $"{tag.Key}:{tag.Value}"))).ToArray();
        var packets = new List<(byte[] Packet, int Lines)>();
        var packet = new StringBuilder();
        var lines = 0;
        for (var series = 0; series < fleet.Series; series++)
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{fleet.MetricOf(series)}:{fleet.Next(series, 0).Value}|g|#{tags[series / fleet.Fields]}");
            if (lines == maxLines || (lines > 0 && packet.Length + 1 + line.Length > MaxPacketBytes))
            {
                packets.Add((Encoding.UTF8.GetBytes(packet.ToString()), lines));
                packet.Clear();
                lines = 0;
            }

            packet.Append(lines == 0 ? "" : "\n").Append(line);
            lines++;
        }

        packets.Add((Encoding.UTF8.GetBytes(packet.ToString()), lines));
        return packets;
    }
}
