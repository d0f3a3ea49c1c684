"""HTTP/2 as bytes, just enough of it to break: one gRPC call, written by hand, and what becomes of it when bytes go wrong."""

import random
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, END_HEADERS = 1, 4


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return one frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _literal(name: str, value: str) -> bytes:
    """Return a header field as HPACK's literal without indexing and without Huffman's code; both parts under 127 bytes."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def call(path: str, key: str, message: bytes, stream: int = 1) -> list[bytes]:
    """Return the frames of a call with one message."""
    fields = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "baton",
        "te": "trailers",
        "content-type": "application/grpc",
        "authorization": f"Bearer {key}",
    }
    block = b"".join(_literal(name, value) for name, value in fields.items())
    return [
        frame(SETTINGS, 0, 0, b""),
        frame(HEADERS, END_HEADERS, stream, block),
        frame(DATA, END_STREAM, stream, b"\0" + struct.pack(">I", len(message)) + message),
    ]


def mutated(frames: list[bytes], chance: random.Random) -> bytes:
    """Return a connection's bytes with one thing wrong."""
    frames = list(frames)
    kind = chance.randrange(6)
    if kind == 0:
        chance.shuffle(frames)
    elif kind == 1:
        frames.insert(chance.randrange(len(frames) + 1), frame(chance.randrange(256), chance.randrange(256), chance.randrange(2**32), chance.randbytes(20)))
    elif kind == 2:
        frames += frames[chance.randrange(len(frames)) :]
    raw = bytearray(b"".join(frames))
    if kind == 3:
        return PREFACE + bytes(raw[: chance.randrange(len(raw))])
    if kind == 4:
        # A length that is not the payload's.
        raw[chance.randrange(3)] = chance.randrange(256)
    for _ in range(chance.randrange(1, 8) if kind == 5 else 0):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return (PREFACE if chance.random() < 0.95 else chance.randbytes(24)) + bytes(raw)
