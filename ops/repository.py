"""Which commit the code is, and where that is beside origin/main."""

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from .phrases import short

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
LOOK = ("status", "--porcelain=v2", "--branch", "--untracked-files=normal")
MAIN = "origin/main"
PATIENCE = 10  # seconds for Git to look through the folder


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, who named it, and whether the files differ from it."""

    hex: str | None  # 7 to 64 digits
    source: str  # a variable's name, "git" or "unknown"
    dirty: bool

    @property
    def short(self) -> str:
        """As a person reads it."""
        return short(self.hex, self.dirty)


UNKNOWN = Commit(None, "unknown", dirty=False)


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a checkout knows beside its commit: origin/main as it was fetched last."""

    main: str | None = None  # its commit, in hex
    ahead: int = 0  # commits of this code that origin/main does not hold
    behind: int = 0  # commits of origin/main that this code does not hold
    unknown: str = ""  # why the two cannot be compared
    committed: tuple[str, ...] = ()  # of the files that were asked for, those that Git holds


@dataclass(frozen=True, slots=True)
class Between:
    """What separates two commits: each of theirs as its short name and subject, newest first."""

    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    unknown: str = ""  # why nobody can tell


def read(folder: Path, environ: Mapping[str, str]) -> Commit:
    """Ask the platform's variables, then Git; not to know is an answer, and never an error."""
    for name in VARIABLES:
        value = environ.get(name, "").strip()
        # App Platform may leave `${_self.COMMIT_HASH}` as it is; the next in line may know
        if is_commit(value):
            return Commit(value.lower(), name, dirty=False)
    # a file that Git does not know counts as dirt: a migration not yet added would run all the same
    return _commit(_git(folder, environ, *LOOK))


def is_commit(value: str) -> bool:
    return re.fullmatch(r"(?!0+$)[0-9a-fA-F]{7,64}", value) is not None


def same(a: str | None, b: str | None) -> bool:
    """Whether two names mean one commit; either may be shortened, down to seven digits."""
    if a is None or b is None or not (is_commit(a) and is_commit(b)):
        return False
    less, more = sorted((a.lower(), b.lower()), key=len)
    return more.startswith(less)


def beside(
    folder: Path, environ: Mapping[str, str], commit: Commit, files: Iterable[str] = ()
) -> Checkout:
    """Hold the commit against origin/main, and say which of the files Git holds. No network.

    One more question to Git, two where the commits differ; none where there is no checkout.
    """
    if not (folder / ".git").exists():
        return Checkout(unknown="this is no Git checkout")
    names = tuple(dict.fromkeys(files))
    asked = [f"{commit.hex}^{{commit}}", f"refs/remotes/{MAIN}", *(f":{name}" for name in names)]
    lines = _git(folder, environ, "cat-file", "--batch-check=%(objectname)", text="\n".join(asked))
    if len(lines) != len(asked):
        return Checkout(unknown="Git could not be asked")
    code, main, *held = (line if is_commit(line) else None for line in lines)
    committed = tuple(name for name, known in zip(names, held, strict=True) if known)
    return replace(_compare(folder, environ, code, main), committed=committed)


def between(folder: Path, environ: Mapping[str, str], old: str, new: str) -> Between:
    """Which commits came from one commit to another, and which went. No network."""
    if not (folder / ".git").exists():
        return Between(unknown="this is no Git checkout")
    asked = [f"{hex}^{{commit}}" for hex in (old, new)]
    found = _git(folder, environ, "cat-file", "--batch-check=%(objectname)", text="\n".join(asked))
    for hex, line in zip((old, new), found, strict=False):
        if not is_commit(line):
            return Between(unknown=f"this checkout does not have {hex[:7]}: git fetch")
    if (folder / ".git" / "shallow").exists():
        return Between(unknown="this checkout is shallow: git fetch --unshallow")
    words = ("log", "--left-right", "--format=%m%h %s", f"{old}...{new}")
    lines = _git(folder, environ, *words)
    if not lines and len({*found}) != 1:
        return Between(unknown="Git could not be asked")
    came, went = ([line[1:] for line in lines if line[0] == side] for side in "><")
    return Between(tuple(came), tuple(went))


def added(folder: Path, environ: Mapping[str, str], part: str) -> dict[str, datetime]:
    """When each file of a part of the folder came into Git; nothing where Git cannot be asked."""
    words = ("log", "--diff-filter=A", "--no-renames", "--format=@%ct", "--name-only", "--relative")
    found, at = {}, datetime.fromtimestamp(0, UTC)
    for line in _git(folder, environ, *words, "--", part):
        if line.startswith("@"):
            at = datetime.fromtimestamp(int(line[1:]), UTC)
        elif line:
            found[line] = at  # the newest first: a file that was added twice counts from the first
    return found


def _compare(
    folder: Path, environ: Mapping[str, str], code: str | None, main: str | None
) -> Checkout:
    """Count the commits that only one of the two holds."""
    if not main or not code:
        return Checkout(main, unknown=f"this checkout has no {'such commit' if main else MAIN}")
    if code == main:
        return Checkout(main)
    if (folder / ".git" / "shallow").exists():
        return Checkout(main, unknown="this checkout is shallow")
    counts = _git(folder, environ, "rev-list", "--left-right", "--count", f"{code}...{main}")
    if not counts:
        return Checkout(main, unknown="Git could not be asked")
    ahead, behind = map(int, counts[0].split())
    return Checkout(main, ahead, behind)


def _git(folder: Path, environ: Mapping[str, str], *words: str, text: str = "") -> list[str]:
    """The lines that Git answers; none where it cannot."""
    folder = folder.resolve()
    try:
        looked = subprocess.run(
            ("git", *words),
            cwd=folder,
            env=_environ(folder, environ),
            input=text.encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return looked.stdout.decode("utf-8", "replace").splitlines()


def _environ(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Let Git look at this folder, at no other, write nothing, and fetch nothing."""
    # A partial clone would fetch what it lacks.
    return here_alone(folder, environ) | {"GIT_ALLOW_PROTOCOL": "none"}


def here_alone(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What Git is to know so that it looks at this folder's repository, and changes nothing."""
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
