"""`python -m deploy.helm.lint`: Helm's own lint, strictly, with the values of every variation."""

import sys

from helm_python.chart import lint

from deploy.helm.tests.rendering import CHART, values_of, variations

WARNING = 2


def main() -> None:
    """Say what is wrong, and fail if something is."""
    found = [
        f"{variation}: {message['path']}: {message['error']}"
        for variation in variations()
        for message in lint(str(CHART), values_of(variation), strict=True)["messages"]
        if message["severity"] >= WARNING
    ]
    sys.exit("\n".join(found) or 0)


if __name__ == "__main__":
    main()
