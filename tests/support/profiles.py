"""A whole profile in one text, for tests that break it in one place."""

from importlib import resources

_HEAD = """\
id = "andeby"
municipality = "Andeby Kommune"

[contact]
phone = "12 34 56 78"
email = "raadgiver@andeby.example"
address = "Andeby Bibliotek"
town_hall = "Torvet 1, 9999 Andeby"

[[office.centres]]
id = "pb"
da = "Politik & Borger"
en = "Politics & Citizens"

[[office.centres]]
id = "tm"
da = "Teknik & Miljø"
en = "Technical & Environment"

[[office.categories]]
id = "1"
da = "Klager"
en = "Complaints"

[[office.categories.subcategories]]
id = "1.1"
da = "Sagsbehandlingstid"
en = "Time taken"

[[office.categories]]
id = "2"
da = "Andet"
en = "Other"

"""
_STANDARD = resources.files("whistle.profiles").joinpath("bases", "standard.toml")

WHOLE = _HEAD + _STANDARD.read_text("utf-8")


def changed(old: str, new: str) -> bytes:
    """Give the whole profile with one thing put otherwise."""
    assert old in WHOLE, old
    return WHOLE.replace(old, new, 1).encode()
