"""Runs a mongod as a replica set of one inside its container, and begins the set at the first start."""

import os
import signal
import subprocess
import sys
import time

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

REPLICA_SET = "baton"
PORT = 27017
DATA = "/data"
ALREADY_INITIALIZED = 23
TRY_AGAIN_SECONDS = 0.2


def main() -> None:
    """Start, begin the set, and end with the server. HOST_NAME is the name that clients are told."""
    host = f"{os.environ['HOST_NAME']}:{PORT}"
    command = ["mongod", "--replSet", REPLICA_SET, "--port", str(PORT), "--dbpath", DATA, "--bind_ip_all", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.5"]
    server = subprocess.Popen([*command, "--quiet", "--setParameter", "diagnosticDataCollectionEnabled=false"], stdout=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    while server.poll() is None and not is_primary(host):
        time.sleep(TRY_AGAIN_SECONDS)
    sys.exit(server.wait())


def is_primary(host: str) -> bool:
    """Begin the set where that was not done yet; tell whether it takes writes."""
    with MongoClient[dict[str, object]]("127.0.0.1", PORT, directConnection=True, serverSelectionTimeoutMS=1_000) as client:
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]})
        except OperationFailure as error:
            if error.code != ALREADY_INITIALIZED:
                print(f"cannot begin the replica set yet: {error}", flush=True)
        except PyMongoError:
            pass
    return False


if __name__ == "__main__":
    main()
