"""The report that the demonstration's office has published: of the period of Stevns' own.

Words in quotation marks in the comments are of Stevns' report of March 2021; what is quoted of it
stands here shortened. Its numbers come of the enquiries that were brought in.
"""

from datetime import date

from whistle.casework.learning.book import write_new
from whistle.casework.reporting.publishing import publish
from whistle.demo.learning import FORM
from whistle.demo.work import Desk, Step
from whistle.domain.report_draft import ReportDraft

# 1.2, "Formålet med borgerrådgiverfunktionen", and 1.3.
FRAMEWORK = (
    "Formålet med borgerrådgiverfunktionen er at styrke dialogen mellem borgerne og Stevns Kommune "
    "samt at bidrage til sikring af borgernes retssikkerhed.\n\n"
    "Eventuelle uoverensstemmelser mellem forvaltningen og en borger skal altid søges løst af det "
    "relevante center, før borgerrådgiveren ser nærmere på klagen."
)
# 2.1, "Registrering ved borgerhenvendelse".
METHOD = (
    "Ved enhver henvendelse afklares det, hvad den handler om, og hvilket center den vedrører. "
    "Henvendelser uden egentlig sagsbehandling tælles for sig."
)
# 3, "Statistik", with numbers that are counted anew whenever this is read.
CONCLUSION = (
    "Der er registreret {{3.1/total/total}} henvendelser i perioden, og "
    "{{3.1/total/with_casework}} af dem førte til sagsbehandling. Borgerne efterspørger især svar "
    "til tiden og et sprog, som de kan forstå."
)
DRAFT = ReportDraft(
    date(2020, 1, 1),
    date(2021, 3, 15),
    framework=FRAMEWORK,
    method=METHOD,
    conclusion=CONCLUSION,
    case_number="2021-0315-01",
    committee="Kommunalbestyrelsen",
    decision="Taget til efterretning.",
)


def _publish(desk: Desk) -> None:
    desk.done(write_new(desk.office, FORM, DRAFT))
    desk.done(publish(desk.office, FORM, DRAFT, ""))


REPORTING = (Step(97, _publish),)
