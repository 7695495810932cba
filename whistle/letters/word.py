"""Letters as Word (OOXML), made in memory: of python-docx's template nothing stays but its styles.

Who wrote a letter and when stands in no property. It is loaded by the first letter.
"""

import io
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from whistle.letters.papers import Letter, line, paragraphs

if TYPE_CHECKING:
    from docx.document import Document

_LOCALE = {"da": "da-DK", "en": "en-GB"}
_PAGE = {"da": ("Side ", " af "), "en": ("Page ", " of ")}
# Relationships of the template that a letter has no use for: a picture of the template, the
# program that made it, styles once more in an older form, sources for quotations.
_REMNANTS = ("/thumbnail", "/extended-properties", "/stylesWithEffects", "/customXml")
_LONGEST_PROPERTY = 255  # what python-docx writes, after ECMA-376
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP file can name


def letter_docx(letter: Letter) -> bytes:
    """Give a letter as a Word file."""
    document = blank(letter.subject, letter.language)
    _block(document, [("", one) for one in letter.sender], first_is_bold=True)
    _block(document, [("", one) for one in letter.recipient])
    _block(document, [(one.label + ": ", one.text) for one in letter.facts])
    document.add_heading(line(letter.subject), level=1)
    for lines in paragraphs(letter.body):
        _lines(document.add_paragraph(), lines)
    _footer(document, letter)
    return saved(document)


def blank(title: str, language: str) -> "Document":
    """Begin a document on A4 with a title in its properties, and nothing else in these."""
    import docx  # noqa: PLC0415  (it and lxml: what most processes never need)

    document = docx.Document()
    _strip(document, title, language)
    _style(document)
    return document


def saved(document: "Document") -> bytes:
    """Give the bytes of a document, in which no time stands."""
    made = io.BytesIO()
    document.save(made)
    return _undated(made)


def _block(
    document: "Document", lines: Iterable[tuple[str, str]], *, first_is_bold: bool = False
) -> None:
    """Add lines that belong together, each with its label, and some space after them."""
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = None
    for label, text in lines:
        is_first = paragraph is None
        paragraph = document.add_paragraph(style="No Spacing")
        if label:
            paragraph.add_run(line(label) + " ").bold = True
        paragraph.add_run(line(text)).bold = is_first and first_is_bold
    if paragraph is not None:
        paragraph.paragraph_format.space_after = Pt(14)


def _lines(paragraph: Any, lines: Iterable[str]) -> None:
    for index, text in enumerate(lines):
        if index:
            paragraph.add_run().add_break()
        paragraph.add_run(text)


def _strip(document: "Document", title: str, language: str) -> None:
    """Take out what the template brings, and say title and language."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    for part in (document.part, document.part.package):
        for name, relation in list(part.rels.items()):
            if relation.reltype.endswith(_REMNANTS):
                del part.rels[name]
    properties = document.core_properties
    whole = properties._element  # noqa: SLF001  (the only way to have no date at all)
    for child in list(whole):
        whole.remove(child)
    properties.title = line(title)[:_LONGEST_PROPERTY]
    properties.language = _LOCALE[language]
    settings = document.settings.element
    for tag in ("w:rsids", "w:rsid", "w14:docId", "w:savePreviewPicture", "w:proofState"):
        for element in (settings, document.styles.element):
            for child in list(element.iter(_qualified(tag))):
                child.getparent().remove(child)
    spoken = [*document.styles.element.iter(qn("w:lang")), *settings.iter(qn("w:themeFontLang"))]
    for child in spoken:
        child.attrib.clear()
        child.set(qn("w:val"), _LOCALE[language])


def _qualified(tag: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415

    prefix, _, name = tag.partition(":")
    if prefix == "w14":
        return "{http://schemas.microsoft.com/office/word/2010/wordml}" + name
    return qn(tag)


def _style(document: "Document") -> None:
    from docx.shared import Cm, Pt, RGBColor  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.4)
    heading: Any = document.styles["Heading 1"]
    heading.font.color.rgb, heading.font.size = RGBColor(0, 0, 0), Pt(16)
    heading.paragraph_format.space_before = Pt(28)
    heading.paragraph_format.space_after = Pt(10)


def _footer(document: "Document", letter: Letter) -> None:
    """Put the office's address and the number of the page at the foot of every page."""
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = document.sections[0].footer.paragraphs[0]
    _lines(paragraph, [line(one) for one in letter.footer])
    paragraph.add_run().add_break()
    for words, field in zip(_PAGE[letter.language], ("PAGE", "NUMPAGES"), strict=True):
        paragraph.add_run(words)
        _field(paragraph, field)
    for run in paragraph.runs:
        run.font.size = Pt(9)


def _field(paragraph: Any, name: str) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    shown = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    shown.append(text)
    field.append(shown)
    paragraph._p.append(field)  # noqa: SLF001  (python-docx has no fields)


def _undated(made: io.BytesIO) -> bytes:
    """Write the ZIP file anew, in which every part has the time at which it was made."""
    clean = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            there = zipfile.ZipInfo(part.filename, _LONG_AGO)
            there.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(there, old.read(part))
    return clean.getvalue()
