"""The table of what each fault cost, printed at the end of the run."""

import time
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.faults.agreement")

MEASURED = pytest.StashKey[dict[str, dict[str, str]]]()


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What a scenario measures, in words, by what it is."""
    began = time.monotonic()
    found: dict[str, str] = {}
    yield found
    found["the whole scenario"] = f"{time.monotonic() - began:.0f} s"
    request.config.stash.setdefault(MEASURED, {})[request.node.name] = found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    for name, found in config.stash.get(MEASURED, {}).items():
        terminalreporter.write_line(name)
        for what, value in found.items():
            terminalreporter.write_line(f"    {what:<30}{value}")
