"""The machine of `test_machine`, with people who leave, keys that are renewed, and trustees."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.keys.people import INSTALLATION, Inbox
from tests.keys.test_machine import Case, Whistle
from whistle.crypto.errors import SealingError
from whistle.crypto.secret import Seed
from whistle.keys.cases import open_inbox_keys
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.rotation import renew_case
from whistle.storage.rotation import OldCase


@dataclass(frozen=True)
class Former:
    """Keys that somebody had of an inbox until it got the key of ``epoch``."""

    inbox: Inbox
    keys: InboxKeys
    epoch: int


class WhistleWithSteps(Whistle):
    """Every step of a chain, in any order, with cases brought under new keys now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.former: list[Former] = []
        self.former_trustees: list[tuple[Inbox, RecoveryKeyring, int]] = []

    # -- what people do --------------------------------------------------------------------

    @rule(data=st.data())
    def rotate(self, data: st.DataObject) -> None:
        here, signer = self.somebody(data)
        others = [one for one in here.members if one is not signer]
        leaving = data.draw(st.sets(st.sampled_from(others))) if others else set()
        held = {one: here.keys(one) for one in leaving}
        new = data.draw(st.booleans()) if here.trustees else False
        self.replace_trustees(here, new=new)
        here.rotate(signer, *leaving, trustees=trustees() if new else None)
        self.remember(here, list(held.values()))

    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        _, old = self.somebody(data)
        renewed = Keyring(INSTALLATION, old.member_id, Seed.random())
        for here in self.inboxes:
            if old in here.members:
                held = here.keys(old)
                here.renew(old, renewed)
                self.remember(here, [held])
        self.members = [renewed if one is old else one for one in self.members]

    @rule(data=st.data())
    def set_recovery(self, data: st.DataObject) -> None:
        here, signer = self.somebody(data)
        if here.trustees is None:
            here.set_recovery(signer, trustees())

    @rule(data=st.data())
    def recover(self, data: st.DataObject) -> None:
        here = data.draw(st.sampled_from(self.inboxes))
        if here.trustees is None:
            return
        chosen = data.draw(st.lists(st.sampled_from(self.members), min_size=1, unique_by=id))
        held = [here.keys(one) for one in here.members if one not in chosen]
        self.replace_trustees(here, new=True)
        here.recover(chosen, trustees())
        self.remember(here, held)

    @precondition(lambda self: any(is_behind(case) for case in self.cases))
    @rule(data=st.data())
    def renew_a_case(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from([one for one in self.cases if is_behind(one)]))
        keys = case.inbox.keys(data.draw(st.sampled_from(case.inbox.members)))
        new = renew_case(keys, OldCase(case.inbox_keys, case.registration_row, case.items))
        assert new.reporter is not None
        case.inbox_keys, case.registration_row = new.keys, new.registration
        case.reporter_keys.append(new.reporter)

    @rule()
    def forget_what_no_case_needs(self) -> None:
        for here in self.inboxes:
            needed = {case.inbox_keys.epoch for case in self.cases if case.inbox is here}
            newest = here.trusted.key_epoch
            here.grants = [row for row in here.grants if row.epoch >= newest or row.epoch in needed]
            here.recovery_grants = [
                row for row in here.recovery_grants if row.epoch >= newest or row.epoch in needed
            ]

    def somebody(self, data: st.DataObject) -> tuple[Inbox, Keyring]:
        here = data.draw(st.sampled_from(self.inboxes))
        return here, data.draw(st.sampled_from(here.members))

    def remember(self, here: Inbox, held: list[InboxKeys]) -> None:
        self.former += [Former(here, keys, here.trusted.epoch) for keys in held]

    def replace_trustees(self, here: Inbox, *, new: bool) -> None:
        if new:
            assert here.trustees is not None
            self.former_trustees.append((here, here.trustees, here.trusted.epoch + 1))

    # -- what must hold --------------------------------------------------------------------

    @invariant()
    def who_is_no_member_any_more_opens_no_case_under_the_later_keys(self) -> None:
        for former in self.former:
            for case in self.cases:
                if case.inbox is former.inbox and case.inbox_keys.epoch >= former.epoch:
                    for in_vault in (False, True):
                        row = replace(case.inbox_keys, in_vault=in_vault)
                        with pytest.raises(SealingError):
                            open_inbox_keys(former.keys, row)

    @invariant()
    def the_trustees_can_open_all_that_the_members_can(self) -> None:
        for here in self.inboxes:
            kept = {row.epoch: row for row in here.recovery_grants}
            needed = {case.inbox_keys.epoch for case in self.cases if case.inbox is here}
            for epoch in needed | {here.trusted.epoch} if here.trustees else ():
                assert here.trustees is not None
                secret = here.trustees.open_grant(here.trusted, kept[epoch])
                assert secret.vault_key == here.keys(here.members[0]).vault(epoch)

    @invariant()
    def trustees_who_were_replaced_open_nothing_that_is_there(self) -> None:
        for here, replaced, _ in self.former_trustees:
            for row in here.recovery_grants:
                with pytest.raises(SealingError):
                    replaced.open_grant(here.trusted, row)


def trustees() -> RecoveryKeyring:
    return RecoveryKeyring(INSTALLATION, RecoverySeed.random())


def is_behind(case: Case) -> bool:
    return case.inbox_keys.epoch < case.inbox.trusted.key_epoch


WhistleWithSteps.TestCase.settings = settings(
    max_examples=20, stateful_step_count=16, deadline=None
)
TestWhistleWithSteps = WhistleWithSteps.TestCase
