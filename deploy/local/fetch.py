"""Fetches the servers that the local stack needs and this machine has not: `python -m deploy.local.fetch`."""

import os
import shutil
import sys

from deploy.local import kafka_broker, mongodb
from deploy.local.parts import PartMissingError


def main() -> None:
    """Fetch; say what to do where something cannot be."""
    try:
        if not os.environ.get("MONGODB_URI"):
            mongodb.find_mongod()
        if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            kafka_broker.find_java()
            kafka_broker.find_libraries()
    except PartMissingError as error:
        if not shutil.which("docker"):
            sys.exit(str(error))
        print(f"{error} Docker is here: compose.yaml's is used.")


if __name__ == "__main__":
    main()
