"""Runs a command that dies when the process that started it dies, even by kill -9 (Linux): nothing is left behind.

Called as a file: `python tethered.py <pid of the starter> <command> ...`. The tie is to the starter's thread, so that thread must live on.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent and become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(sys.argv[1]):
            sys.exit("the starter is gone")
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # the process table's own commands, without a shell


if __name__ == "__main__":
    main()
