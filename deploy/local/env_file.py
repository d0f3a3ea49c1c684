"""`.local/baton.env`: where a running stack is and how to log in, for people's shells and for scripts."""

import os
import shlex
from pathlib import Path

from deploy.local import table
from deploy.local.demo import Demo
from deploy.local.stack import Stack

NAME = "baton.env"


def contents(stack: Stack, demo: Demo) -> dict[str, str]:
    """Return the variables."""
    plan = stack.plan
    values = {"BATON_URL": plan.url(), "BATON_GRPC": plan.platform_address(), "BATON_API_KEY": demo.api_key, "BATON_END_USER_URL": plan.end_user_url()}
    for who, email, password in demo.logins():
        values |= {f"BATON_{who}_EMAIL": email, f"BATON_{who}_PASSWORD": password}
    values |= {"MONGODB_URI": table.mongodb_uri(plan), "KAFKA_BOOTSTRAP_SERVERS": table.kafka_servers(plan)}
    for service in ("auth", "conversation", "realtime", "analytics"):
        values |= {f"METRICS_{variable(instance)}": table.metrics_url(plan, instance) for instance in plan.instances(service)}
    values |= {f"PID_{variable(name)}": str(running.pid) for name, running in stack.running.items()}
    return values | {"PID_STACK": str(os.getpid())}


def variable(name: str) -> str:
    """Return a process's name as it stands in a variable's."""
    return name.upper().replace("-", "_")


def write(stack: Stack, demo: Demo) -> Path:
    """Write the file, whole or not at all, readable by its owner alone: it has passwords."""
    file = stack.plan.home / NAME
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as text:
        text.writelines(f"{name}={shlex.quote(value)}\n" for name, value in contents(stack, demo).items())
    partial.rename(file)
    return file
