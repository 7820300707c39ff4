"""The words of what is intended. What is shown and what runs are the same text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One act: what it is called, and the SQL that it sends."""

    title: str
    sql: str
    dangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do here, and what it cannot know before it has begun."""

    preparation: tuple[Step, ...]
    migrations: tuple[Step, ...]
    rows: tuple[Step, ...]
    caveat: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*self.preparation, *self.migrations, *self.rows)
