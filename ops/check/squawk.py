"""Squawk's opinion of the new migrations: what may stop or break an application that is running."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..findings import Finding, Severity
from ..migrate.declared import MigrationFile
from .complaints import complaint

LEFT_OUT = (
    # each migration runs whole, within time limits that are ours
    "prefer-robust-stmts",
    "require-lock-timeout",
    "require-statement-timeout",
    "require-timeout-settings",
    # a replay or a check of ours says it, and as an error
    "adding-required-field",
    "ban-concurrent-index-creation-in-transaction",
    "ban-uncommitted-transaction",
    "identifier-too-long",
    "transaction-nesting",
    # how a table is designed, which endangers no deploy
    "ban-char-field",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-text-field",
)
ALONE = "write CONCURRENTLY, in a file of its own that begins with `-- transactional: false`"
HINTS = dict.fromkeys(
    ("require-concurrent-index-creation", "require-concurrent-index-deletion"), ALONE
)
INSTALL = "pip install -r requirements-dev.txt"


def judge(folder: Path, files: Sequence[MigrationFile]) -> Iterator[Finding]:
    """Its violations as warnings; one warning that nobody looked, when it is not installed."""
    paths = [str(file.path.relative_to(folder)) for file in files if file.is_sql]
    if not paths:
        return
    program = shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which(
        "squawk"
    )
    if program is None:
        yield unasked("squawk is not installed", INSTALL)
        return
    options = ("--reporter=json", "--assume-in-transaction", *(f"--exclude={r}" for r in LEFT_OUT))
    done = subprocess.run((program, *options, *paths), cwd=folder, capture_output=True, check=False)
    try:
        violations = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        yield unasked(f"squawk failed: {said[-1] if said else done.returncode}", INSTALL)
        return
    told = {(v["file"], v["line"], v["rule_name"]): v for v in reversed(violations)}
    for _, violation in sorted(told.items(), key=lambda item: item[0]):
        yield translated(violation)


def unasked(reason: str, hint: str) -> Finding:
    message = f"locks and old clients were not thought of: {reason}"
    return Finding("file migrations", message, hint, severity=Severity.WARNING)


def translated(violation: dict[str, str]) -> Finding:
    rule, line = violation["rule_name"], int(violation["line"]) + 1  # it counts from 0
    message = f"{violation['message']} ({rule})"
    hint = HINTS.get(rule) or violation["help"] or f"-- squawk-ignore {rule}"
    return complaint(violation["file"], line, message, hint, Severity.WARNING)
