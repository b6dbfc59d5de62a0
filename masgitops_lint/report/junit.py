"""JUnit XML: one test case a finding. Findings that fail the run are failures, the others are skipped cases."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from masgitops_lint.model.late_pattern import late_pattern

from ..model.finding import Finding, Severity
from ..model.report import Report
from .options import RenderOptions
from .summary import affects_sentence, checked_sentence, found_sentence
from .text import one_line

# characters that XML 1.0 cannot hold and that `one_line` lets pass
_NOT_XML = late_pattern("[\ufffe\uffff]")


def render(report: Report, options: RenderOptions) -> str:
    """One test suite; without findings it holds one passing case, because readers reject an empty suite."""
    threshold = 99 if options.fail_on == "never" else Severity(options.fail_on).rank
    failures = sum(finding.severity.rank >= threshold for finding in report.findings)
    skipped = len(report.findings) - failures
    counts = {
        "tests": str(max(1, len(report.findings) + len(report.crashes))),
        "failures": str(failures),
        "errors": str(len(report.crashes)),
    }
    suites = Element("testsuites", {"name": "mas-lint", **counts})
    suite = SubElement(suites, "testsuite", {"name": "mas-lint", **counts, "skipped": str(skipped)})
    for finding in report.findings:
        _case(suite, finding, options, failed=finding.severity.rank >= threshold)
    for crash in report.crashes:
        case = SubElement(suite, "testcase", {"classname": "mas-lint", "name": f"{crash.rule} crashed"})
        error = SubElement(case, "error", {"message": _xml(crash.error), "type": "crash"})
        error.text = "\n".join(map(_xml, crash.traceback.splitlines()))
    if not len(suite):
        SubElement(suite, "testcase", {"classname": "mas-lint", "name": "no findings"})
    said = [found_sentence(report.summary), checked_sentence(report), *report.notes]
    SubElement(suite, "system-out").text = "\n".join(map(_xml, said))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _case(suite: Element, finding: Finding, options: RenderOptions, *, failed: bool) -> None:
    path = options.path_prefix + finding.path
    place = f"{finding.span.line}:{finding.span.column}"
    name = f"{finding.rule} {finding.name} ({place})"
    attributes = {"classname": _xml(path), "name": name, "file": _xml(path), "line": str(finding.span.line)}
    case = SubElement(suite, "testcase", attributes)
    message = {"message": _xml(finding.message)}
    outcome = SubElement(case, "failure", {**message, "type": finding.severity.value}) if failed else None
    if outcome is None:
        outcome = SubElement(case, "skipped", message)
    affected = affects_sentence(finding, options.max_names)
    lines = [f"{path}:{place}: {finding.message}", f"affects {affected}" if affected else "", finding.help]
    lines += [f"{related.path}:{related.span.line}: {related.message}" for related in finding.related]
    outcome.text = "\n".join(_xml(line) for line in lines if line)


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", one_line(text))
