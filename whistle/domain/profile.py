"""The municipality profile: everything local, from one TOML file. No code per municipality.

``docs/profiles.md`` describes the file.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from pathlib import Path

from whistle.domain.channel import Channel
from whistle.domain.doors import check_against_office
from whistle.domain.fields import Field, read_fields
from whistle.domain.filling import fill
from whistle.domain.guidance import Guidance, Notice, read_guidance, read_notice
from whistle.domain.legal_clock import Deadlines
from whistle.domain.office import Centre, Office
from whistle.domain.office_reading import read_office
from whistle.domain.overlay import Values, Version, on_its_base, versions
from whistle.domain.table import ProfileError, Table

__all__ = [
    "LANGUAGES",
    "ChannelProfile",
    "ChannelText",
    "Profile",
    "ProfileError",
    "load_profile",
    "read_profile",
]

LANGUAGES = ("da", "en")


@dataclass(frozen=True, slots=True)
class ChannelText:
    """What a channel is called and how it is explained, in one language."""

    title: str
    summary: str
    audience: str
    who_reads: str
    action: str
    intro: str
    text_label: str
    text_hint: str
    reserve_label: str


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """One open channel: its deadlines, its fields, and its texts by language code.

    ``automatic_acknowledgement``: a report is acknowledged as it is received; else the adviser's
    first answer does so.
    """

    channel: Channel
    deadlines: Deadlines
    automatic_acknowledgement: bool
    text: Mapping[str, ChannelText]
    guidance: Mapping[str, Guidance]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A municipality: its name, how the adviser is reached, and the channels that are open.

    ``valid_from``: the first day of this version; ``earlier``: those before it, newest first.
    ``shut``: channels that an installation has no inboxes for; the profile itself has none.
    """

    id: str
    municipality: str
    phone: str
    email: str
    address: str
    channels: Mapping[Channel, ChannelProfile]
    notice: Mapping[str, Notice]
    office: Office
    valid_from: date = date.min
    earlier: tuple["Profile", ...] = ()
    shut: Mapping[Channel, ChannelProfile] = field(default_factory=dict)

    @property
    def versions(self) -> "tuple[Profile, ...]":
        """This version and those before it, newest first."""
        return (self, *self.earlier)

    def on(self, day: date) -> "Profile":
        """Give the whole profile as it stood on a day; before the oldest, the oldest."""
        return next((one for one in self.versions if one.valid_from <= day), self.versions[-1])

    def door(self, channel: Channel, day: date) -> ChannelProfile:
        """Give a door as it stood on a day; where it was closed then, as its newest version.

        A door that is closed still has its cases: `channels` is for who comes with a new one. Asked
        of the newest version; raises `KeyError` where none has the door.
        """
        for version in (self.on(day), *self.versions):
            doors = {**version.shut, **version.channels}
            if channel in doors:
                return doors[channel]
        raise KeyError(channel)


def load_profile(name_or_file: str) -> Profile:
    """Load a profile that comes with the project by its name, or any by its file (``.toml``)."""
    if name_or_file.endswith(".toml"):
        path = Path(name_or_file)
        if not path.is_file():
            raise ProfileError(f"{name_or_file}: there is no such file")
        content = path.read_bytes()
    else:
        bundled = resources.files("whistle.profiles").joinpath(f"{name_or_file}.toml")
        if not name_or_file.isidentifier() or not bundled.is_file():
            raise ProfileError(f"{name_or_file}: no such profile; give a name or a .toml file")
        content = bundled.read_bytes()
    return read_profile(content, name_or_file)


def read_profile(content: bytes, source: str) -> Profile:
    """Read a profile from TOML bytes (UTF-8); ``source`` is named in errors.

    Gives the newest version. Each version is checked whole, and holds those before it.
    """
    read = [_version(one) for one in versions(_parsed(content, source), source, _base)]
    earlier: tuple[Profile, ...] = ()
    for version in reversed(read):
        earlier = (replace(version, earlier=earlier), *earlier)
    return earlier[0]


def _parsed(content: bytes, source: str) -> Values:
    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{source}: not TOML in UTF-8: {error}") from error


def _base(name: str, place: str) -> Values:
    """Give one of the bases that come with the project; one may lie over another."""
    folder = resources.files("whistle.profiles").joinpath("bases")
    files = (one.name for one in folder.iterdir())
    names = sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml"))
    if name not in names:
        raise ProfileError(
            f"{place}, based_on: there is no base {name}; use one of {', '.join(names)}"
        )
    source = f"base {name}"
    values = _parsed(folder.joinpath(f"{name}.toml").read_bytes(), source)
    return on_its_base(values, source, _base)


def _version(version: Version) -> Profile:
    root = Table(fill(version.values, version.place), version.place)
    contact, channels, notice = (root.table(name) for name in ("contact", "channels", "notice"))
    office = read_office(root.table("office"), list(channels))
    channels.only(*Channel)
    profile = Profile(
        id=root.text("id"),
        municipality=root.text("municipality"),
        phone=contact.text("phone"),
        email=contact.text("email"),
        address=contact.text("address"),
        channels={
            channel: _channel(
                channel, channels.table(channel.value), list(channels), office.centres
            )
            for channel in Channel
            if channel.value in channels
        },
        notice={language: read_notice(notice.table(language)) for language in LANGUAGES},
        office=office,
        valid_from=version.valid_from,
    )
    contact.only("phone", "email", "address", "town_hall")
    notice.only(*LANGUAGES)
    root.only("id", "municipality", "council", "contact", "channels", "notice", "office")
    for channel, door in profile.channels.items():
        check_against_office(channel, door.fields, office, f"{channels.place}, {channel}")
    return profile


def _channel(
    channel: Channel, table: Table, open_doors: Sequence[str], centres: Sequence[Centre]
) -> ChannelProfile:
    texts = table.table("text")
    read = ChannelProfile(
        channel=channel,
        deadlines=Deadlines(table.number("acknowledge_days"), table.number("feedback_months")),
        automatic_acknowledgement=table.truth("automatic_acknowledgement"),
        text={
            language: ChannelText(
                **{field: texts.table(language).text(field) for field in ChannelText.__slots__}
            )
            for language in LANGUAGES
        },
        guidance={
            language: read_guidance(texts.table(language), open_doors) for language in LANGUAGES
        },
        fields=read_fields(table, LANGUAGES, centres),
    )
    table.only("acknowledge_days", "feedback_months", "automatic_acknowledgement", "text", "fields")
    texts.only(*LANGUAGES)
    for language in LANGUAGES:
        texts.table(language).only(*ChannelText.__slots__, *Guidance.__slots__)
    return read
