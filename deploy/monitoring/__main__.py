"""`python -m deploy.monitoring` writes the rules' file anew."""

from deploy.monitoring import rules


def main() -> None:
    """Write."""
    rules.FILE.write_text(rules.content())


if __name__ == "__main__":
    main()
