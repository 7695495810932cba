"""Municipality profiles: the ones we ship, and what a mistaken one is told."""

from pathlib import Path

import pytest

from tests.support.profiles import WHOLE, changed
from whistle.domain.channel import Channel
from whistle.domain.profile import LANGUAGES, ProfileError, load_profile, read_profile


def test_stevns_opens_every_door_in_both_languages() -> None:
    profile = load_profile("stevns")
    assert set(profile.channels) == set(Channel)
    for channel in profile.channels.values():
        assert set(channel.text) == set(LANGUAGES)


def test_a_profile_can_be_any_file(tmp_path: Path) -> None:
    path = tmp_path / "andeby.toml"
    path.write_text(WHOLE, "utf-8")
    assert load_profile(str(path)).municipality == "Andeby Kommune"


def test_a_door_that_the_profile_leaves_out_is_closed() -> None:
    start, end = WHOLE.index("[channels.council]"), WHOLE.index("[channels.citizen]")
    profile = read_profile((WHOLE[:start] + WHOLE[end:]).encode(), "x")
    assert set(profile.channels) == {Channel.WHISTLEBLOWER, Channel.CITIZEN}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "not TOML in UTF-8"),
        (b"id = ", "not TOML"),
        (b"", "contact is missing"),
        (changed("[contact]", "[kontakt]"), "contact is missing"),
        (changed('id = "andeby"', "id = 3"), "id: should be a text"),
        (changed('id = "andeby"', 'id = "  "'), "id: should be a text"),
        (changed("acknowledge_days = 7", "acknowledge_days = 0"), "whole number from 1"),
        (changed("acknowledge_days = 7", "acknowledge_days = true"), "whole number from 1"),
        (changed("acknowledge_days = 7", "acknowledge_days = 9999999999"), "from 1 to 1200"),
        (changed("feedback_months = 3", "feedback_months = 1201"), "from 1 to 1200"),
        (changed("reply_days = 10", "reply_days = 100000000"), "from 1 to 1200"),
        (changed("half_year_months = 6", "half_year_months = 900000"), "from 1 to 1200"),
        (
            changed("automatic_acknowledgement = true", "automatic_acknowledgement = 1"),
            "should be true or false",
        ),
        (changed("[channels.council]", "[channels.mayor]"), "unknown name mayor"),
        (changed("[channels.citizen.text.en]", "[channels.citizen.text.de]"), "title is missing"),
        (b"contact = 3\nchannels = 4\n", "should be a table"),
        (changed('en = "Finance" }', 'en = "{mayor}" }'), "{mayor} is no placeholder"),
    ],
)
def test_a_mistaken_profile_is_told_where_and_what(content: bytes, told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        read_profile(content, "profil.toml")


@pytest.mark.parametrize("name", ["nowhere", "../stevns", "", "nowhere.toml", "os"])
def test_a_profile_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(ProfileError, match="no such"):
        load_profile(name)
