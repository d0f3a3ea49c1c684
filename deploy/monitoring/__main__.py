"""`python -m deploy.monitoring` writes the chart's rules and dashboards anew."""

from deploy.monitoring import rules
from deploy.monitoring.files import dashboards


def main() -> None:
    """Write."""
    rules.FILE.write_text(rules.content())
    for file, content in dashboards().items():
        file.write_text(content)


if __name__ == "__main__":
    main()
