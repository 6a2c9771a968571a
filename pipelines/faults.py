"""What ends a command with one sentence and without a traceback, and the exit codes that a script may rely on."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    BROKEN = 1
    USAGE = 2
    DATA_REFUSED = 3
    NOTHING_TO_DO = 4
    DIFFERENT = 5


EXIT_CODES = """
Exit codes: 0 done; 1 the software or its settings are at fault, and stderr says how; 2 the command was not
understood; 3 data was refused, everything else was done; 4 there was nothing to work on; 5 a snapshot
is not what was published, or could not be made again as it was.
"""


class Fault(Exception):
    """A known fault: its text is a sentence for the person who gave the command, and names no value of a record."""

    exit_code: ClassVar[Exit] = Exit.BROKEN
