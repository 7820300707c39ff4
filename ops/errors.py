"""Everything that can go wrong in a way we expected, one class for each reaction.

OpsError                 exit code
  NotInParity            1   we looked, and Git and the world differ
  SettingsError          2   the environment or a file of the project is not filled in as it must be
  Unreachable            3   PostgreSQL or the mail server did not answer, hung up or turned us away
  Locked                 4   somebody else is migrating
  Refused                5   a guard said no, before what it guards was begun
  MigrationFailed        6   a migration failed; the message says what of it remains

Exit code 0 is "done" or "in parity". A bug is none of these and stays a traceback.
"""


class OpsError(Exception):
    """Something that a person can fix: the message says what is, `hint` says what to type."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class NotInParity(OpsError):
    exit_code = 1


class SettingsError(OpsError):
    exit_code = 2


class Unreachable(OpsError):
    exit_code = 3


class Locked(OpsError):
    exit_code = 4


class Refused(OpsError):
    exit_code = 5


class MigrationFailed(OpsError):
    exit_code = 6
