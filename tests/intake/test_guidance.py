"""Choosing a door: who is shown which way, and what the pages before writing say."""

import re
from html import unescape
from xml.etree.ElementTree import Element

import html5lib
import pytest

from tests.support.office import Office
from tests.support.readability import lix

CHANNELS = ("whistleblower", "council", "citizen")
LANGUAGES = ("da", "en")
PAGES = [
    "/da/",
    "/da/advice",
    "/da/receipt",
    *(f"/da/{page}/{channel}" for page in ("report", "privacy") for channel in CHANNELS),
]
HARDEST = 45
NOT_READ = {"script", "style", "select", "textarea", "title"}
INLINE = {"a", "b", "br", "strong", "span", "time"}


def links(page: str) -> set[str]:
    return set(re.findall(r'<a [^>]*href="([^"]*)"', page))


def paragraphs(page: str) -> list[str]:
    """Give what stands on a page, a text for each element that is read on its own."""
    found = [""]

    def walk(element: Element) -> None:
        if element.tag in NOT_READ or not isinstance(element.tag, str):
            return
        if element.tag not in INLINE:
            found.append("")
        found[-1] += element.text or ""
        for child in element:
            walk(child)
            found[-1] += child.tail or ""
        if element.tag not in INLINE:
            found.append("")

    walk(html5lib.parse(page, namespaceHTMLElements=False))
    return [" ".join(text.split()) for text in found if text.strip()]


@pytest.mark.parametrize("path", PAGES)
def test_every_danish_page_is_easy_to_read(office: Office, path: str) -> None:
    texts = paragraphs(office.reporter().get(path).text)
    assert len(texts) > 10
    assert lix(texts) <= HARDEST


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_front_page_explains_every_door(office: Office, lang: str) -> None:
    page = unescape(office.reporter().get(f"/{lang}/").text)
    profile = office.installation.profile
    for channel, door in profile.channels.items():
        text, guidance = door.text[lang], door.guidance[lang]
        assert f"/{lang}/report/{channel}" in links(page)
        assert f"/{lang}/privacy/{channel}" in links(page)
        shown = [text.title, text.audience, text.who_reads, *guidance.promises, *guidance.limits]
        shown += [one.text for one in guidance.not_for]
        shown += [part for one in guidance.exclusions for part in (one.text, one.go_to)]
        shown += [part for one in guidance.external for part in (one.name, one.address)]
        for words in shown:
            assert words in page, words
    for way in profile.notice[lang].other_ways:
        assert way.text in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_front_page_leads_to_the_advice(office: Office, lang: str) -> None:
    assert f"/{lang}/advice" in links(office.reporter().get(f"/{lang}/").text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_form_shows_the_way_to_the_other_doors(
    office: Office, channel: str, lang: str
) -> None:
    page = office.reporter().get(f"/{lang}/report/{channel}").text
    for other in set(CHANNELS) - {channel}:
        assert f"/{lang}/report/{other}" in links(page)
    assert f"/{lang}/advice" in links(page)
    assert f"/{lang}/privacy/{channel}" in links(page)


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        ("whistleblower", "Jeg er borger og vil klage over min sag."),
        ("council", "Jeg er ansat og bliver chikaneret af et medlem."),
        ("citizen", "Jeg er ansat og har set svindel."),
    ],
)
def test_whoever_picks_the_wrong_door_is_received_all_the_same(
    office: Office, channel: str, text: str
) -> None:
    reporter = office.reporter()
    assert text in reporter.come_back(reporter.report(text, channel=channel)).text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_each_door_has_its_privacy_notice(office: Office, channel: str, lang: str) -> None:
    page = unescape(office.reporter().get(f"/{lang}/privacy/{channel}").text)
    profile = office.installation.profile
    [door] = [one for one in profile.channels.values() if one.channel == channel]
    privacy, notice = door.guidance[lang].privacy, profile.notice[lang]
    for words in (
        privacy.purpose,
        privacy.data,
        privacy.storage,
        *privacy.basis,
        *privacy.recipients,
        *privacy.rights,
        notice.controller,
        notice.officer,
        notice.complaint,
    ):
        assert words in page, words


@pytest.mark.parametrize(("lang", "word"), [("da", "Datatilsynet"), ("en", "Datatilsynet")])
def test_every_notice_says_where_to_complain(office: Office, lang: str, word: str) -> None:
    for channel in CHANNELS:
        assert word in office.reporter().get(f"/{lang}/privacy/{channel}").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_advice_speaks_of_devices_shared_computers_tor_and_files(
    office: Office, lang: str
) -> None:
    page = office.reporter().get(f"/{lang}/advice").text
    assert f'<html lang="{lang}">' in page
    assert "Tor Browser" in page
    assert page.count("<h2>") >= 6


def test_a_door_that_is_not_there_has_no_notice(office: Office) -> None:
    assert office.reporter().get("/da/privacy/mayor").status_code == 404


def test_no_address_elsewhere_is_a_link(office: Office) -> None:
    """A click would tell another website, and leave a trace in the browser's history."""
    for path in ("/da/", "/da/advice", *(f"/da/privacy/{channel}" for channel in CHANNELS)):
        for link in links(office.reporter().get(path).text):
            assert link.startswith(("/", "#", "tel:", "mailto:")), link
