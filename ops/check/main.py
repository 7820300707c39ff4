"""What main has of the migrations, as Git tells it."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from ..repository import here_alone

REFS = {"refs/remotes/origin/main": "origin/main", "refs/heads/main": "main"}
PATIENCE = 30  # seconds


@dataclass(frozen=True, slots=True)
class Main:
    """`names` and `changed` as they were where this branch left main, `newest` as main is now."""

    ref: str
    names: frozenset[str]
    changed: Mapping[str, str]  # of the files that are not as here, what main had in them
    newest: frozenset[str]


def read(folder: Path) -> Main:
    """Ask Git, in its own words where it cannot tell: SettingsError, and never an empty answer."""
    git(folder, "rev-parse", "--git-dir", hint="git init, or run this in a clone")
    known = git(folder, "for-each-ref", "--format=%(refname)", *REFS).split()
    ref = next((ref for ref in REFS if ref in known), None)
    if ref is None:
        wanted = " nor ".join(REFS.values())
        raise SettingsError(f"there is neither {wanted}", hint="git fetch origin main")
    base = git(folder, "merge-base", "HEAD", ref, hint="git fetch --unshallow origin main").strip()
    differing = git(folder, "diff", "--name-only", "--no-renames", "-z", base, "--", "migrations")
    had = names_at(folder, base)
    changed = {
        name: git(folder, "show", f"{base}:./migrations/{name}")
        for name in sorted(had & names_in(differing))
    }
    return Main(REFS[ref], had, changed, names_at(folder, ref))


def names_at(folder: Path, commit: str) -> frozenset[str]:
    return names_in(git(folder, "ls-tree", "-z", "--name-only", commit, "--", "migrations/"))


def names_in(listed: str) -> frozenset[str]:
    return frozenset(Path(path).name for path in listed.split("\0") if path)


def git(folder: Path, *words: str, hint: str = "git status shows what is wrong") -> str:
    try:
        done = subprocess.run(
            ("git", *words),
            cwd=folder,
            env=here_alone(folder.resolve(), os.environ) | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else f"git {words[0]} found nothing"
        raise SettingsError(reason.removeprefix("fatal: "), hint=hint) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsError(f"git cannot be run: {error}", hint="install git") from None
    return done.stdout.decode("utf-8", "replace")
