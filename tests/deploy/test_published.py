"""What is published, with each role's rights: the anonymous door reads it, and that is all."""

from datetime import date

import pytest

from tests.deploy import test_roles
from tests.support.office import Office
from whistle.casework.acts import Done
from whistle.casework.learning.book import write_new
from whistle.casework.learning.publishing import NewDocument, publish, published, take_down
from whistle.domain.book import Evaluation
from whistle.domain.published import DocumentKind
from whistle.statistics.service import document, standing

pytestmark = pytest.mark.postgresql
roles, office = test_roles.roles, test_roles.office
STATUTES = NewDocument(
    DocumentKind.STATUTES, "Vedtægter", date(2021, 1, 14), "v.pdf", "application/pdf", b"%PDF-"
)


def test_casework_publishes_and_the_anonymous_door_reads(office: tuple[Office, Office]) -> None:
    intake, casework = office
    work = casework.work_of(casework.adviser)
    assert publish(work, b"f" * 32, STATUTES) is Done.YES
    decided = Evaluation(date(2020, 12, 7), "Byrådet", "Videreføres", public=True)
    assert write_new(work, b"g" * 32, decided) is Done.YES
    public = standing(intake.installation)
    [one] = public.documents
    assert [told.body for told in public.evaluations] == ["Byrådet"]
    served = document(intake.installation, one.id)
    assert served is not None
    assert served.body == STATUTES.body
    assert take_down(work, one.id) is Done.YES
    assert published(work) == []


def test_nobody_but_casework_publishes_and_nobody_changes(office: tuple[Office, Office]) -> None:
    intake, casework = (one.installation.store for one in office)
    assert test_roles.refused(intake, "INSERT INTO public_document DEFAULT VALUES")
    assert test_roles.refused(intake, "DELETE FROM public_document")
    for store in (intake, casework):
        assert test_roles.refused(store, "UPDATE public_document SET title = title")
    assert test_roles.refused(intake, "SELECT body FROM inbox_record")
