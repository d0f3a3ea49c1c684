"""Builds and loads images with whatever the environment says: IMAGE_BUILD and IMAGE_LOAD are commands with {name}, {file} and {context} in them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("auth", "conversation", "realtime", "analytics")
BUILD = "docker build -t {name} -f {file} {context}"
LOAD = "kind load docker-image {name}"


def images() -> dict[str, str]:
    """Return the Dockerfile of each image by the image's name."""
    tag = os.environ.get("IMAGE_TAG", "dev")
    own = {f"baton-{service}:{tag}": f"services/{service}/Dockerfile" for service in SERVICES}
    return own | ({f"baton-dev-{server}:dev": f"deploy/dev/{server}.Dockerfile" for server in ("mongodb", "kafka")} if "--dev" in sys.argv else {})


def main() -> None:
    """Build all; with --dev the test-only servers too; with --load give them to the cluster."""
    templates = [os.environ.get("IMAGE_BUILD", BUILD)] + ([os.environ.get("IMAGE_LOAD", LOAD)] if "--load" in sys.argv else [])
    for name, file in images().items():
        for template in templates:
            command = [word.format(name=name, file=file, context=".") for word in shlex.split(template)]
            print(shlex.join(command), flush=True)
            subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
