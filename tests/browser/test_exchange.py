"""Import and export through the pages, in both languages: with JavaScript and without."""

import csv
import io
import json
import zipfile
from importlib import resources
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from tests.browser import doors
from tests.browser.doors import Walk
from tests.exchange.tables import a_table
from tests.support.demo import Demo


def come_in(walk: Walk, demo: Demo) -> Page:
    page = walk.page
    doors.sign_in(page, demo, demo.member("adviser"), walk.lang)
    return page


def check(page: Page, demo: Demo, *files: bytes) -> None:
    page.goto(f"{demo.casework}/exchange")
    chosen = [doors.file(f"{number}.csv", content) for number, content in enumerate(files)]
    page.locator('[name="files"]').set_input_files(chosen)
    page.locator(doors.SEND).click()


def saved(download: Download) -> bytes:
    path = Path(download.path())
    return path.read_bytes()


def test_a_table_is_mended_checked_and_imported(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server)
    page.goto(f"{demo_server.casework}/exchange")
    walk.sees()
    rows = [{"enquiry_id": f"{walk.lang}-{number}"} for number in range(3)]
    check(page, demo_server, a_table({**rows[0], "centre": "xx"}, *rows[1:]))
    walk.sees(422)
    expect(page.locator("table.exchange tbody tr")).to_have_count(1)
    expect(page.locator("table.exchange tbody tr").first).to_contain_text("centre")
    totals = b"table,row,column,value\n3.1,2025-Q1,total,3\n"
    check(page, demo_server, a_table(*rows), totals)
    walk.sees()
    expect(page.locator("table.exchange tbody tr")).to_have_count(3)
    page.locator('main form button[type="submit"]').click()
    walk.sees()
    expect(page.locator(".alert-success")).to_contain_text("3")
    check(page, demo_server, a_table(*rows))
    walk.sees(422)
    expect(page.locator("table.exchange tbody tr")).to_have_count(3)


def test_registrations_are_taken_out_and_hold_the_two_years(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server)
    page.goto(f"{demo_server.casework}/exchange/export")
    walk.sees()
    with page.expect_download() as told:
        page.locator('button[value="csv"]').click()
    rows = list(csv.DictReader(io.StringIO(saved(told.value).decode("utf-8-sig")), delimiter=";"))
    stevns = resources.files("whistle.demo").joinpath("stevns-2020-2021.csv").read_text("utf-8")
    names = {row["enquiry_id"] for row in csv.DictReader(io.StringIO(stevns))}
    assert names <= {row["enquiry_id"] for row in rows}


def test_a_case_is_taken_out_whole(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server)
    before = doors.listed(page, demo_server)
    text = "Jeg vil gerne have et svar."
    doors.reported(demo_server, "citizen", doors.Report(text))
    (address,) = doors.listed(page, demo_server) - before
    page.goto(f"{address}/export")
    walk.sees()
    with page.expect_download() as told:
        page.locator('main form button[type="submit"]').last.click()
    archive = zipfile.ZipFile(io.BytesIO(saved(told.value)))
    assert archive.testzip() is None
    (message, *_acts) = json.loads(archive.read("case.json"))["items"]
    assert message["text"] == text
