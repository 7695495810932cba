"""Checking a whole log, as an outsider can: with its public key, and what was kept elsewhere.

Nothing is believed of what is checked. ``docs/log.md`` says what each finding means.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from whistle.audit.checkpoints import read_checkpoint
from whistle.audit.entries import NO_ID, open_details
from whistle.audit.evidence import Evidence, Kept
from whistle.audit.findings import Fault, Finding, Mark, Report
from whistle.audit.judging import Judge, Signed
from whistle.audit.passing import Passing
from whistle.audit.sealed_state import SealedState
from whistle.audit.written import Raw
from whistle.crypto.errors import (
    NoteShapeError,
    NoteSignatureError,
    NoteUnsignedError,
    SealingError,
)
from whistle.crypto.notes import NoteKey
from whistle.domain.logged import Logged
from whistle.storage.log import EntryRow


def verify(evidence: Evidence, key: NoteKey | None = None, outside: Sequence[Kept] = ()) -> Report:
    """Check a log. ``key``: as it is known elsewhere; ``outside``: checkpoints from elsewhere.

    Without ``key`` the one that stands with the log is taken, which proves less.
    """
    signatures = _Signatures(key or evidence.key)
    signed = list(signatures.read(chain(evidence.checkpoints, outside)))
    listener = _Listener()
    head = evidence.head.size if evidence.head else 0
    sizes = {head, *(one.mark.size for one in signed)}
    passed = Passing(sizes, listener.hear, head)
    passed.run(evidence.entries())
    judge = Judge(evidence, passed, signed)
    findings = [
        *_keys(evidence, key),
        *signatures.findings,
        *evidence.odd,
        *judge.judge(listener.restored),
    ]
    named = {one.first for one in findings}
    findings += [one for one in listener.findings if one.first not in named]
    report = Report(
        passed.size,
        base64.b64encode(passed.at[passed.size].root()).decode(),
        [one.mark for one in judge.fitting],
        sum(one.outside for one in judge.fitting),
        trusted=key is not None,
        remarks=list(listener.remarks()),
        findings=findings,
    )
    if evidence.compare:
        report.findings += evidence.compare(listener.state)
        report.rows = listener.state.rows
    return report


def _keys(evidence: Evidence, key: NoteKey | None) -> Iterator[Finding]:
    if key and key != evidence.key:
        yield Finding(
            Fault.OTHER_KEY,
            f"The log says that its key is {evidence.key.show()}, not the one that you gave.",
        )


class _Signatures:
    """Reads checkpoints that one key has signed."""

    def __init__(self, key: NoteKey) -> None:
        self._key = key
        self.findings: list[Finding] = []

    def read(self, kept: Iterable[Kept]) -> Iterator[Signed]:
        for one in kept:
            try:
                checkpoint = read_checkpoint(one.note, self._key)
            except NoteUnsignedError:
                self._find(Fault.OTHER_KEY, one, "is not signed by the log's key, but by another.")
            except NoteSignatureError:
                self._find(Fault.BAD_CHECKPOINT, one, "was changed: its signature does not fit.")
            except NoteShapeError:
                self._find(Fault.BAD_CHECKPOINT, one, "is not a checkpoint of this log.")
            else:
                yield Signed(Mark(checkpoint.size, one.name), checkpoint, one.outside)

    def _find(self, fault: Fault, kept: Kept, what: str) -> None:
        name = kept.name[:1].upper() + kept.name[1:]
        self.findings.append(Finding(fault, f"{name} {what}"))


class _Listener:
    """Hears what housekeeping and commands logged: their details are open to everybody."""

    def __init__(self) -> None:
        self.state = SealedState()
        self.restored: list[int] = []
        self.findings: list[Finding] = []

    def hear(self, raw: Raw) -> None:
        """Take in an entry that no member made."""
        number = raw[0]
        if raw[4] != NO_ID:
            return  # sealed to an inbox
        try:
            details = open_details(b"", EntryRow(*raw))
            if details.act is Logged.DAY_CAME_IN:
                self.state.batch(number, details.about)
        except (SealingError, TypeError):
            told = f"Entry {number} does not say in a readable way what was done."
            self.findings.append(Finding(Fault.UNREADABLE, told, number))
            return
        if details.act is Logged.RESTORED:
            self.restored.append(number)

    def remarks(self) -> Iterator[str]:
        """Tell what an outsider should know although nothing may be wrong."""
        for number in self.restored:
            yield (
                f"Entry {number} says that an older copy was restored. That explains why entries "
                "or rows may be missing; what was lost is lost all the same."
            )
