using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Metrics.Gateway.Ingestion.StatsD;

/// <summary>Takes all packets that wait in one system call (recvmmsg), without a call and a copy of the address for each.</summary>
internal sealed unsafe partial class LinuxDatagramReader : DatagramReader
{
    private const int MaxPackets = 64;

    // Block for the first packet, not for the others.
    private const int WaitForOne = 0x10000;

    private readonly int _packetBytes;
    private readonly byte[] _buffer;
    private readonly Message[] _messages;
    private readonly Vector[] _vectors;
    private bool _isMissing;

    public LinuxDatagramReader(Socket socket, int packetBytes)
        : base(socket, packetBytes)
    {
        _packetBytes = packetBytes;
        _buffer = GC.AllocateUninitializedArray<byte>(MaxPackets * packetBytes, pinned: true);
        _messages = GC.AllocateArray<Message>(MaxPackets, pinned: true);
        _vectors = GC.AllocateArray<Vector>(MaxPackets, pinned: true);
        for (var i = 0; i < MaxPackets; i++)
        {
            _vectors[i] = new Vector { Base = Address(ref _buffer[i * packetBytes]), Length = (nuint)packetBytes };
            _messages[i] = new Message { Vectors = Address(ref _vectors[i]), VectorCount = 1, Received = 0 };
        }
    }

    public override int Receive()
    {
        if (_isMissing)
        {
            return base.Receive();
        }

        try
        {
            var count = ReceiveMany((int)Socket.Handle, Address(ref _messages[0]), MaxPackets, WaitForOne, 0);
            return count >= 0 ? count : throw new SocketException(Marshal.GetLastSystemError());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            _isMissing = true;
            return base.Receive();
        }
    }

    public override ReadOnlySpan<byte> Packet(int index) => _isMissing
        ? base.Packet(index)
        : _buffer.AsSpan(index * _packetBytes, (int)_messages[index].Received);

    // Of arrays that are pinned for their whole life.
    private static nint Address<T>(ref T element) => (nint)Unsafe.AsPointer(ref element);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int socket, nint messages, uint count, int flags, nint timeout);

    /// <summary>struct iovec.</summary>
    private struct Vector
    {
        public nint Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr of 64-bit Linux; addresses and control data are not asked for.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Message
    {
        [FieldOffset(16)]
        public nint Vectors;

        [FieldOffset(24)]
        public nuint VectorCount;

        [FieldOffset(56)]
        public uint Received;
    }
}
