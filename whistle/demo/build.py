"""Sets up the demonstration: what `whistle init` and two members would do, done in one go."""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from html import unescape
from pathlib import Path
from typing import cast

from werkzeug.test import Client

from whistle.accounts.key_files import KeyFileService
from whistle.app import create_intake
from whistle.audit.entries import COMMAND, Who
from whistle.audit.log import Log, deed
from whistle.casework.service import CaseworkService
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import Seed
from whistle.crypto.totp import TotpSecret, step_at
from whistle.demo.story import Answer, Event, InventedReport, events
from whistle.demo.work import PROFILE, Desk, import_two_years
from whistle.domain.channel import InboxKind
from whistle.domain.clock import Clock, FixedClock
from whistle.domain.errors import RefusedError
from whistle.domain.logged import Logged
from whistle.domain.profile import Profile, load_profile
from whistle.installation import Installation, open_installation
from whistle.keys.factors import box_totp
from whistle.keys.keyring import Keyring, NewInbox, box_seed, found_inbox
from whistle.settings import (
    FILE_NAME,
    FormKey,
    LogKey,
    Settings,
    load_settings,
    write_settings,
)
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.rows import GrantRow, InboxRow, MemberRow, StatementRow
from whistle.storage.tables import ID_BYTES

DEMO_FILE = "demo.json"
KEY_FILE = "adviser.key"
DATABASE_FILE = "whistle.db"
HALF_DONE = "setting-up"
MORNING = time(8, 30)
DAY = timedelta(days=1)


class DemoError(RefusedError):
    """The demonstration cannot be set up in this folder; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoMember:
    """A member, with passphrase and app's secret, which only a demonstration writes down."""

    username: str
    passphrase: Passphrase
    app: TotpSecret
    role: str
    keyring: Keyring
    row: MemberRow


def set_up(data: Path, profile_name: str, base: str, *, empty: bool) -> Settings:
    """Set up a demonstration in ``data``, or carry on with the one that is there.

    ``base``: the address at which both doors will be served, without a slash at the end.
    """
    if (data / DEMO_FILE).is_file():
        _write_json(data / DEMO_FILE, {**told(data), **_places(data, base)})
        return load_settings(data)
    if (data / HALF_DONE).is_dir():
        shutil.rmtree(data / HALF_DONE)  # an earlier start was interrupted; nothing of it counts
    if (data / FILE_NAME).exists():
        raise DemoError(f"{data} holds an installation that is no demonstration; use another")
    profile = load_profile(profile_name)
    half_done = data / HALF_DONE
    half_done.mkdir(mode=0o700, parents=True)
    data.chmod(0o700)
    installation_id = secrets.token_bytes(ID_BYTES)
    with ThreadPoolExecutor() as pool:  # stretching a passphrase is what takes the time here
        adviser = pool.submit(_member, installation_id, "raadgiver", "Mette Lund", "adviser")
        reserve = pool.submit(_member, installation_id, "reserve", "Jens Krogh", "reserve")
    members = [adviser.result(), reserve.result()]
    inboxes = list(_found_inboxes(profile, members))
    settings = Settings(
        database=_sqlite(half_done),
        installation=installation_id,
        form_key=FormKey.random(),
        log_key=LogKey.random(),
        profile=profile,
        inboxes=tuple(inbox.root for inbox in inboxes),
    )
    works = profile_name == PROFILE
    story = [] if empty else events(Clock().today(), profile.channels, office_works=works)
    began = _morning(story[0].day - DAY) if story else Clock().now()
    _store(settings, members, inboxes, FixedClock(began))
    receipts = _tell(story, settings, members[0].keyring, began)
    _write_private(half_done / KEY_FILE, _key_file(settings, members[0].keyring))
    write_settings(half_done, replace(settings, database=_sqlite(data)), profile_name)
    _write_json(half_done / DEMO_FILE, {**_places(data, base), **_about(members, receipts)})
    for name in (DATABASE_FILE, FILE_NAME, KEY_FILE, DEMO_FILE):
        (half_done / name).replace(data / name)
    half_done.rmdir()
    return load_settings(data)


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{(folder / DATABASE_FILE).resolve()}"


def told(data: Path) -> dict[str, object]:
    """Give what a demonstration wrote about itself, as ``docs/commands.md`` describes it."""
    try:
        content: dict[str, object] = json.loads((data / DEMO_FILE).read_text("utf-8"))
    except ValueError as error:
        raise DemoError(f"{data / DEMO_FILE} cannot be read; use another folder") from error
    members = cast("list[dict[str, str]]", content["members"])
    if not all("totp" in member for member in members):
        raise DemoError(f"{data} was made by an older version, without codes; use another folder")
    return content


def codes(data: Path | None) -> dict[str, str]:
    """Give each member's code of this moment, as their authenticator app would show it."""
    if data is None or not (data / DEMO_FILE).is_file():
        raise DemoError("say with --data in which folder the demonstration is")
    step = step_at(Clock().now())
    members = cast("list[dict[str, str]]", told(data)["members"])
    return {one["username"]: TotpSecret.parse(one["totp"]).code(step) for one in members}


def _places(data: Path, base: str) -> dict[str, object]:
    """Say where everything is: told anew at each start."""
    return {
        "intake": f"{base}/",
        "casework": f"{base}/casework/",
        "key_file": str((data / KEY_FILE).resolve()),
    }


def _member(installation: bytes, username: str, name: str, role: str) -> DemoMember:
    keyring = Keyring(installation, secrets.token_bytes(ID_BYTES), Seed.random())
    passphrase, app = Passphrase.generate(), TotpSecret.random()
    stretch, seed_box = box_seed(keyring, passphrase)
    keys = keyring.public
    row = MemberRow(
        keyring.member_id,
        username,
        name,
        role,
        "da",
        stretch,
        seed_box,
        keys.public.raw,
        keys.verifying.raw,
        box_totp(keyring, app),
    )
    return DemoMember(username, passphrase, app, role, keyring, row)


def _found_inboxes(profile: Profile, members: Sequence[DemoMember]) -> Iterator[NewInbox]:
    adviser, reserve = members
    for channel in profile.channels:
        yield found_inbox(adviser.keyring, channel, InboxKind.MAIN)
        yield found_inbox(reserve.keyring, channel, InboxKind.RESERVE)


def _store(
    settings: Settings, members: Sequence[DemoMember], inboxes: Sequence[NewInbox], clock: Clock
) -> None:
    """Write down members and inboxes, as the ceremony would, with its entries in the log."""
    store = open_store(settings.database)
    upgrade(store)
    log = Log(store, settings.installation, clock, COMMAND)
    ids = [member.row.id for member in members]
    with log.write(deed(Logged.SET_UP, members=ids)) as db:
        MemberRow.insert_all(db, [member.row for member in members])
    for member in members:
        theirs = [one for one in inboxes if one.grant.member_id == member.row.id]
        own = replace(log, who=Who.member(member.row.id), role=member.role)
        done = deed(Logged.INBOX_FOUNDED, inboxes=[one.inbox.id for one in theirs])
        with own.write(done) as db:
            InboxRow.insert_all(db, [inbox.inbox for inbox in theirs])
            StatementRow.insert_all(db, [inbox.statement for inbox in theirs])
            GrantRow.insert_all(db, [inbox.grant for inbox in theirs])
    log.note(deed(Logged.INBOX_CONFIRMED, inboxes=[one.inbox.id for one in inboxes]))
    store.dispose()


def _morning(day: date) -> datetime:
    """Give the moment when things happen on a day; it is never ahead."""
    return min(datetime.combine(day, MORNING), Clock().now())


def _tell(
    story: Sequence[Event], settings: Settings, adviser: Keyring, began: datetime
) -> list[str]:
    """Send the invented reports through the real door, each on its day; answer, and work on."""
    clock = FixedClock(began)
    here = replace(open_installation(settings), clock=clock)
    browser, office = Client(create_intake(here)), CaseworkService(here, adviser)
    receipts: dict[str, str] = {}
    cases: dict[str, bytes] = {}
    entered: dict[str, bytes] = {}
    if any(event.step for event in story):
        import_two_years(office)
    for event in story:
        clock.moment = _morning(event.day)
        if event.step:
            event.step.do(Desk(office, cases, entered, event.day))
        elif event.report and event.answer:
            _answer(office, cases[event.report.id], event.answer)
        elif event.report:
            receipts[event.report.id] = _send(browser, event.report)
            cases[event.report.id] = _case_of(here, receipts[event.report.id])
    here.store.dispose()
    return list(receipts.values())


def _answer(office: CaseworkService, case_id: bytes, answer: Answer) -> None:
    """Open a case and answer it, as a member would."""
    office.open(case_id)
    message = secrets.token_bytes(ID_BYTES)
    office.answer(case_id, message, answer.text, (), is_feedback=answer.is_feedback)


def _send(browser: Client, report: InventedReport) -> str:
    """Fill in a report's form as a person would, and give the receipt it showed."""
    address = f"/da/report/{report.channel}"
    form = browser.get(address, base_url="http://localhost").get_data(as_text=True)
    hidden = {
        unescape(name): unescape(value)
        for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form)
        for name, value in re.findall(r"name=\"([^\"]*)\".*value=\"([^\"]*)\"", tag)
    }
    answer = browser.post(
        address, base_url="http://localhost", data={**hidden, "text": report.text}
    )
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"the door did not take report {report.id}: {answer.status}")
    return hidden["receipt"]


def _case_of(installation: Installation, receipt: str) -> bytes:
    from whistle.storage import intake  # noqa: PLC0415  (only this story looks behind the door)

    with installation.store.read() as db:
        found = intake.find(db, Receipt.parse(receipt).lookup(installation.id))
    if found is None:
        raise RuntimeError("a report that was received is not there")
    return found.case.id


def _about(members: Sequence[DemoMember], receipts: Sequence[str]) -> dict[str, object]:
    return {
        "members": [
            {
                "username": member.username,
                "passphrase": member.passphrase.show(),
                "role": member.role,
                "totp": member.app.show(),
            }
            for member in members
        ],
        "receipts": list(receipts),
    }


def _key_file(settings: Settings, adviser: Keyring) -> str:
    installation = open_installation(settings)
    content = KeyFileService(installation).make(adviser, "demo")
    installation.store.dispose()
    return content


def _write_json(path: Path, content: dict[str, object]) -> None:
    _write_private(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _write_private(path: Path, content: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(content, "utf-8")
    new.replace(path)
