"""Complete WebSocket text frames. A server's frames are not masked, so one frame's bytes serve every socket."""

from typing import Final

# FIN and the text opcode (RFC 6455, 5.2).
_TEXT: Final = 0x81
_SHORT: Final = 125
_MEDIUM: Final = 0xFFFF


def text_frame(payload: bytes) -> bytes:
    """Return the payload as one unfragmented, unmasked text frame."""
    size = len(payload)
    if size <= _SHORT:
        return bytes((_TEXT, size)) + payload
    if size <= _MEDIUM:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + payload


def payload_of(frame: bytes) -> bytes:
    """Return the payload of a frame made by `text_frame`."""
    length = frame[1]
    return frame[2 if length <= _SHORT else 4 if length == _SHORT + 1 else 10 :]
