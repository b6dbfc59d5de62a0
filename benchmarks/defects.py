"""Known defects to plant in a generated repo, one edit of one file each."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """Replaces the first match of `pattern` in the instance's file; the finding has this `code`."""

    file: str
    pattern: str
    replacement: str
    code: str

    def plant(self, text: str) -> str:
        """The text with the defect. Raises ValueError when there is nothing to spoil."""
        spoilt, count = re.subn(self.pattern, self.replacement, text, count=1, flags=re.MULTILINE)
        if not count:
            raise ValueError(f"{self.file} has nothing that matches {self.pattern!r}")
        return spoilt


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect and the file it is in."""

    path: str
    code: str


DEFECTS = (
    Defect("ibm-sls.yaml", r"^  sls_channel", "\tsls_channel", "CFG001"),
    Defect("ibm-db2u.yaml", r"^  db2_install_plan: \w+", r"\g<0>\n\g<0>", "CFG003"),
    Defect("ibm-sls.yaml", r'^(merge-key: ".*)"', r'\1/"', "CFG011"),
    Defect("ibm-db2u.yaml", r"^ibm_db2u:", "ibm_db2:", "CFG042"),
    Defect("ibm-mas-suite.yaml", r"^  mas_feature_usage: \w+", '  mas_manual_cert_mgmt: "false"', "VAL020"),
    Defect("ibm-mas-suite.yaml", r"^  mas_usability_metrics:", "  mas_usability_metric:", "VAL010"),
    Defect("ibm-mas-masapp-manage-install.yaml", r"-manage$", "-mange", "REF002"),
    Defect("ibm-db2u-databases.yaml", r"^    db2_namespace: .*", "    db2_namespace: db2u", "REF004"),
    Defect("ibm-mas-suite-configs.yaml", r"dro#dro_url", "dro#url", "SEC011"),
    Defect("ibm-sls.yaml", r"/license#", "x/license#", "SEC020"),
)
