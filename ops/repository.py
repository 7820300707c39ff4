"""Which commit the code is."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Whoever builds knows best; the nearer to the build, the earlier in this list.
VARIABLES = (
    "OPS_COMMIT",
    "HEROKU_BUILD_COMMIT",
    "RENDER_GIT_COMMIT",
    "RAILWAY_GIT_COMMIT_SHA",
    "GITHUB_SHA",
    "COMMIT_HASH",
    "HEROKU_SLUG_COMMIT",
    "SOURCE_VERSION",
)
LOOK = ("git", "status", "--porcelain=v2", "--branch", "--untracked-files=normal")
PATIENCE = 10  # seconds for Git to look through the folder


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, who named it, and whether the files differ from it."""

    hex: str | None  # 7 to 64 digits
    source: str  # a variable's name, "git" or "unknown"
    dirty: bool

    @property
    def short(self) -> str:
        """For a person: seven digits, `-dirty` if the files differ, or `unknown`."""
        if self.hex is None:
            return "unknown"
        return self.hex[:7] + ("-dirty" if self.dirty else "")


UNKNOWN = Commit(None, "unknown", dirty=False)


def read(folder: Path, environ: Mapping[str, str]) -> Commit:
    """Ask the platform's variables, then Git; not to know is an answer, and never an error."""
    for name in VARIABLES:
        value = environ.get(name, "").strip()
        # App Platform may leave `${_self.COMMIT_HASH}` as it is; the next in line may know
        if is_commit(value):
            return Commit(value.lower(), name, dirty=False)
    return _ask_git(folder, environ)


def is_commit(value: str) -> bool:
    return re.fullmatch(r"(?!0+$)[0-9a-fA-F]{7,64}", value) is not None


def same(a: str | None, b: str | None) -> bool:
    """Whether two names mean one commit; either may be shortened, down to seven digits."""
    if a is None or b is None or not (is_commit(a) and is_commit(b)):
        return False
    short, long = sorted((a.lower(), b.lower()), key=len)
    return long.startswith(short)


def _ask_git(folder: Path, environ: Mapping[str, str]) -> Commit:
    """Learn commit and dirt in one call.

    A file that Git does not know counts as dirt: a migration not yet added would run all the same.
    """
    folder = folder.resolve()
    try:
        looked = subprocess.run(
            LOOK,
            cwd=folder,
            env=_environ(folder, environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return _commit(looked.stdout.decode("utf-8", "replace").splitlines())


def _environ(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Let Git look at this folder, at no other, and write nothing."""
    # In a hook, GIT_DIR and its kin point to the repository that the hook belongs to.
    kept = {name: value for name, value in environ.items() if not re.match("GIT_(?!CONFIG)", name)}
    # An unpacked archive inside somebody's repository is not that repository's commit.
    return kept | {"GIT_CEILING_DIRECTORIES": str(folder.parent), "GIT_OPTIONAL_LOCKS": "0"}


def _commit(lines: list[str]) -> Commit:
    heads = [
        line.removeprefix("# branch.oid ") for line in lines if line.startswith("# branch.oid ")
    ]
    if not heads or not is_commit(heads[0]):  # `(initial)` before the first commit
        return UNKNOWN
    return Commit(heads[0], "git", dirty=any(not line.startswith("#") for line in lines))
