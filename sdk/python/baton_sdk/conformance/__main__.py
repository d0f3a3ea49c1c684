"""`python -m baton_sdk.conformance --connector module:factory`: proves a connector, or says what a real user would see go wrong."""

import argparse
import asyncio
import importlib
import sys
from pathlib import Path
from typing import cast

from baton_sdk.conformance import kit, report
from baton_sdk.conformance.connector import Factory
from baton_sdk.conformance.scenarios import SCENARIOS


def load(name: str) -> Factory:
    """Return the factory that `module:factory` names; ValueError, ImportError or AttributeError when there is none."""
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"{name!r} is not module:factory")
    return cast("Factory", getattr(importlib.import_module(module), attribute))


def main() -> int:
    """Run what the command line asks for; 0 when everything passed, 1 when not, 2 when there is nothing to run."""
    names = {kit.name_of(scenario).replace(" ", "_"): scenario for scenario in SCENARIOS}
    parser = argparse.ArgumentParser(prog="python -m baton_sdk.conformance", description=__doc__)
    parser.add_argument("--connector", required=True, help="module:factory; the factory takes the kit's world and returns your connector")
    parser.add_argument("--scenario", action="append", choices=sorted(names), help="only this one; may be given several times")
    parser.add_argument("--junit", type=Path, help="write the report here as JUnit XML, too")
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path.cwd()))
    try:
        factory = load(arguments.connector)
    except (ValueError, ImportError, AttributeError) as error:
        sys.stderr.write(f"There is no connector {arguments.connector}: {error}\n")
        return 2
    chosen = [names[name] for name in arguments.scenario] if arguments.scenario else list(SCENARIOS)
    verdicts = asyncio.run(kit.run(factory, chosen))
    sys.stdout.write(report.as_text(arguments.connector, verdicts) + "\n")
    if arguments.junit:
        arguments.junit.write_text(report.as_junit(arguments.connector, verdicts), encoding="utf-8")
    return 1 if any(verdict.violations for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
