"""The last place where a server may come from: compose.yaml, where Docker is. Not run by us on a real Docker; the commands are tested, the images not."""

import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.parts import ROOT, PartMissingError


def or_compose(service: str, port: int, home: Path, own: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return the command of a server of one's own, or where that cannot be had and Docker is there, the one that runs compose.yaml's.

    The containers end with the command; their data lies in volumes named after the home.
    """
    try:
        return own()
    except PartMissingError:
        docker = shutil.which("docker")
        if docker is None:
            raise
    project = f"baton-{zlib.crc32(os.fsencode(home)):08x}"
    variable = f"{service.upper()}_PORT={port}"
    return ["env", variable, docker, "compose", "-f", str(ROOT / "compose.yaml"), "-p", project, "up", "--no-log-prefix", service]
