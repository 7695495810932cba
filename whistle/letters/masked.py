"""A masked copy as Word. It hides nothing: what is masked is never given to it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from whistle.letters.papers import CaseFile, Fact, line, paragraphs
from whistle.letters.word import blank, saved

if TYPE_CHECKING:
    from docx.document import Document


def masked_docx(file: CaseFile) -> bytes:
    """Give the paper of a masked copy as Word; the PDF is `whistle.letters.pdf.case_file`."""
    document = blank(file.title, file.language)
    document.add_heading(line(file.title), level=1)
    _facts(document, file.facts)
    for section in file.sections:
        document.add_heading(line(section.title), level=2)
        _facts(document, section.facts)
        for entry in section.entries:
            document.add_heading(line(entry.heading), level=3)
            _facts(document, entry.facts)
            for lines in paragraphs(entry.text):
                paragraph = document.add_paragraph()
                for number, text in enumerate(lines):
                    if number:
                        paragraph.add_run().add_break()
                    paragraph.add_run(text)
    return saved(document)


def _facts(document: "Document", facts: Iterable[Fact]) -> None:
    for one in facts:
        paragraph = document.add_paragraph(style="No Spacing")
        paragraph.add_run(line(one.label) + ": ").bold = True
        paragraph.add_run(line(one.text))
