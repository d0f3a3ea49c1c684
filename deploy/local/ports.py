"""Free ports for a stack's listeners."""

import os
import secrets
import socket

# Below the range from which systems give ports to outgoing connections, so that none is taken between the choice and its use. Processes that start
# stacks side by side may be given ranges of their own, first-last.
RANGE = "BATON_PORTS"
FIRST, LAST = (int(bound) for bound in os.environ.get(RANGE, "20000-32000").split("-"))
# By this process: between its choice and its use a port is nobody's.
_given: set[int] = set()


def is_free(host: str, port: int) -> bool:
    """Whether a listener could bind this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port nobody listens on nor was given by this process before, chosen at random so that stacks that start side by side do not meet."""
    for _ in range(1_000):
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if port not in _given and is_free(host, port):
            _given.add(port)
            return port
    msg = f"no free port between {FIRST} and {LAST} on {host}"
    raise OSError(msg)


def first_free(host: str, wanted: int) -> int:
    """Return the wanted port or the next free one above it."""
    for port in range(wanted, wanted + 100):
        if is_free(host, port):
            return port
    return free_port(host)
