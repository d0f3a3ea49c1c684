"""The kit's report: for people, and as JUnit XML for CI."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from baton_sdk.conformance.kit import Verdict


def as_text(name: str, verdicts: Sequence[Verdict]) -> str:
    """Return the report that people read."""
    lines = [f"Baton conformance: {name}", ""]
    for verdict in verdicts:
        lines.append(f"  {'FAILED' if verdict.violations else 'passed'}  {verdict.scenario} ({verdict.seconds:.1f} s)")
        for violation in verdict.violations:
            lines += [
                f"          {violation.rule.name}: {violation.evidence}",
                f"          To a real user: {violation.rule.value}.",
            ]
    failed = sum(bool(verdict.violations) for verdict in verdicts)
    lines += ["", f"{len(verdicts)} scenarios, {failed} failed." if failed else f"{len(verdicts)} scenarios, all passed."]
    return "\n".join(lines)


def as_junit(name: str, verdicts: Sequence[Verdict]) -> str:
    """Return the report as JUnit XML."""
    failed = sum(bool(verdict.violations) for verdict in verdicts)
    seconds = max((verdict.seconds for verdict in verdicts), default=0.0)
    suite = ET.Element("testsuite", name=f"baton conformance: {name}", tests=str(len(verdicts)), failures=str(failed), errors="0", time=f"{seconds:.3f}")
    for verdict in verdicts:
        case = ET.SubElement(suite, "testcase", classname="baton_sdk.conformance", name=verdict.scenario, time=f"{verdict.seconds:.3f}")
        for violation in verdict.violations:
            failure = ET.SubElement(case, "failure", type=violation.rule.name, message=violation.evidence)
            failure.text = f"To a real user: {violation.rule.value}."
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)
