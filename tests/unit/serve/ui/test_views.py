"""Each view of the page does what it is for, by keyboard alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mnemos.serve.limits import Limits
from tests.unit.importers.exports import EXPORTS, MBOX, kind_of
from tests.unit.serve.ui.looking import Shown, looking


def test_a_question_is_asked_and_its_hits_explained_without_a_mouse(shown: Shown) -> None:
    page = shown.go("search")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type("Where is the spare key?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hits .said")
    shown.settle()
    assert page.locator(".hits .said").first.inner_text() == "The spare key is with Mrs Feeney."
    assert "spare+key" in page.evaluate("location.hash")
    assert page.locator(".hits li").first.locator(".why tr").count() >= 3
    added = page.locator(".hits li").first.locator(".why .number").all_inner_texts()
    expected = shown.memory.recall("Where is the spare key?")[0].reasons
    largest = sorted((abs(each.contribution) for each in expected), reverse=True)
    assert [abs(float(text)) for text in added] == [round(n, 2) for n in largest[: len(added)]]
    assert "Mrs Feeney" in page.locator(".packed pre").inner_text()
    tokens = shown.memory.context("Where is the spare key?").tokens
    assert f"{tokens} of 1,000 tokens" in page.locator(".packed header").inner_text()
    assert re.search(r"Sure that it is here: \d+ %", page.locator(".sure").inner_text())


def test_what_is_no_longer_so_is_marked(shown: Shown) -> None:
    page = shown.go("search?q=Where+did+I+live%3F")
    porto = page.locator(".hits li", has_text="I live in Porto.")
    assert porto.locator(".outdated").inner_text() == "No longer so: home"


def test_filters_narrow_what_is_found(shown: Shown) -> None:
    page = shown.go("search?q=Porto+Oslo&session=later")
    assert "I live in Porto." not in page.locator(".hits").inner_text()
    page = shown.go("search?q=Porto+Oslo&to=2026-03-01")
    assert "I moved to Oslo." not in page.locator(".hits").inner_text()
    assert "I live in Porto." in page.locator(".hits").inner_text()
    page = shown.go("search?q=Porto&speaker=Ben")
    assert page.locator(".hits li").count() == 0


def test_why_nothing_is_shown_is_told(shown: Shown) -> None:
    page = shown.go("search?q=zzzqqq")
    assert "Nothing here deserves showing" in page.locator(".abstains").inner_text()


def test_a_hit_leads_to_its_turn_in_its_session(shown: Shown) -> None:
    page = shown.go("search?q=Where+is+the+spare+key%3F")
    page.keyboard.press("j")
    assert "Mrs Feeney" in shown.focused()
    shown.tab_to("home")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.hit")
    shown.settle()
    expect(page.locator(".turn:focus .said")).to_have_text("The spare key is with Mrs Feeney.")
    assert page.locator(".turn.hit .badge").first.inner_text() == "hit"
    assert page.locator(".turn").count() == 3


def test_sessions_are_listed_and_read(shown: Shown) -> None:
    page = shown.go("search")
    page.locator("h1").click()
    page.keyboard.press("2")
    page.wait_for_selector(".list")
    assert page.locator(".list tbody th").all_inner_texts() == ["later", "home"]
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn")
    assert page.locator("h1").inner_text() == "Session later"


def test_sessions_come_a_page_at_a_time(shown: Shown) -> None:
    for number in range(31):
        shown.memory.remember("Good morning", session=f"s{number}")
    page = shown.go("sessions")
    assert page.locator(".list tbody tr").count() == 30
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".list tbody tr")).to_have_count(3)
    assert page.locator(".list tbody th").all_inner_texts() == ["s0", "later", "home"]


def test_a_long_session_comes_a_page_at_a_time_and_opens_at_a_turn(shown: Shown) -> None:
    said = [{"role": "user", "content": f"line {n}", "id": f"n{n}"} for n in range(420)]
    ids = shown.memory.remember(said, session="long").ids
    page = shown.go("session?session=long")
    assert page.locator(".turn").count() == 50
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.locator(".turn")).to_have_count(100)
    page = shown.go(f"session?session=long&turn={ids[400]}&hits={ids[400]}")
    assert page.locator(".turn:focus .said").inner_text() == "line 400"
    assert page.locator(".turn").count() == 20


def test_a_turn_is_forgotten_and_restored(shown: Shown) -> None:
    page = shown.go("session?session=later")
    page.keyboard.press("j")
    shown.tab_to("Forget")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-status=hidden]")
    assert "I moved to Oslo." not in [each.text for each in shown.memory.browse().items]
    assert "Forgotten" in page.locator("#told").inner_text()
    page.keyboard.press("Enter")  # the button is now Restore
    page.wait_for_selector("[data-status=active] >> text=I moved to Oslo.")
    expect(page.locator("button:focus")).to_have_text("Forget")
    assert "I moved to Oslo." in [each.text for each in shown.memory.browse().items]


def test_a_turns_history_is_told(shown: Shown) -> None:
    item = shown.memory.recall("Where is the spare key?")[0].id
    shown.memory.forget(item, why="it moved")
    page = shown.go(f"turn?id={item}")
    page.wait_for_selector(".versions li:nth-child(2)")
    told = page.locator(".versions li").all_inner_texts()
    assert "remember" in told[0] and "active" in told[0]
    assert "forget" in told[1] and "hidden" in told[1] and "“it moved”" in told[1]


def test_erasing_asks_first_and_hands_out_the_certificate(shown: Shown) -> None:
    page = shown.go("session?session=home")
    row = page.locator(".turn", has_text="Mrs Feeney")
    row.get_by_role("button", name="Erase").press("Enter")
    asks = page.get_by_role("dialog")
    expect(asks).to_contain_text("1 item would go")
    expect(asks).not_to_contain_text("null")
    expect(asks.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(asks).to_have_count(0)
    expect(row.get_by_role("button", name="Erase")).to_be_focused()
    assert "Mrs Feeney" in shown.memory.recall("Where is the spare key?")[0].text

    page.keyboard.press("Enter")
    asks.get_by_label("Why").fill("asked to")
    shown_before = len(shown.memory.log(100))
    asks.get_by_role("button", name="Erase for ever").press("Enter")
    expect(asks).to_contain_text("Erased, and proved")
    expect(asks.get_by_role("button", name="Close")).to_be_focused()
    certificate = json.loads(asks.locator("pre").text_content() or "")
    assert certificate["proved"] and certificate["seq"] == shown_before + 1
    page.keyboard.press("Escape")
    event = shown.memory.log(1)[0]
    assert (event.op, event.why) == ("erase", "asked to")
    assert b"Feeney" not in (shown.folder / "one.mnemos").read_bytes()


def test_the_past_is_what_the_memory_knew_then(shown: Shown) -> None:
    page = shown.go("timeline?q=Where+do+I+live%3F")
    assert "Oslo" in page.locator("[aria-label='Facts then']").inner_text()
    slider = page.get_by_label("Event of the journal")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_selector(".then >> text=event 1 of")
    expect(page.locator(".halves")).not_to_contain_text("Oslo")
    assert "I live in Porto." in page.locator("[aria-label='Hits then']").inner_text()
    assert "event 1: remember" in (slider.get_attribute("aria-valuetext") or "")
    assert "event=1" in page.evaluate("location.hash")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".then >> text=event 2 of")
    page.wait_for_selector("[aria-label='Facts then'] >> text=Porto")


def test_a_fact_is_put_right_and_another_retired(shown: Shown) -> None:
    page = shown.go("facts")
    assert "Porto" in page.locator(".facts").first.inner_text()
    oslo = page.locator(".facts li", has_text="Oslo").first
    oslo.get_by_role("button", name="Correct").press("Enter")
    page.get_by_label("What is right").fill("Bergen")
    page.keyboard.press("Enter")
    page.wait_for_selector(".facts strong >> text=Bergen")
    assert "Bergen" in {fact.value for fact in shown.memory.facts()}
    right = page.locator(".facts li", has_text="Bergen")
    assert right.get_attribute("data-status") == "current"
    right.get_by_role("button", name="Retire").press("Enter")
    page.wait_for_selector(".facts [data-status=retired] >> text=Bergen")
    assert "Bergen" not in {fact.value for fact in shown.memory.facts()}
    right.get_by_role("button", name="Restore").press("Enter")
    page.wait_for_selector(".facts [data-status=current] >> text=Bergen")


def test_a_fact_leads_to_the_turn_that_says_it(shown: Shown) -> None:
    page = shown.go("facts?about=Ann")
    page.locator(".facts li", has_text="Oslo").first.get_by_role("link", name="Its turn").press(
        "Enter"
    )
    page.wait_for_selector(".turn .said")
    assert page.locator(".turn .said").inner_text() == "I moved to Oslo."


def test_what_is_true_of_somebody_now_is_told(shown: Shown) -> None:
    page = shown.go("facts?about=Ann")
    told = page.locator(".card", has_text="True now")
    home = shown.memory.profile("Ann").slots["home"]
    assert [fact.value for fact in home] == ["Oslo"]
    assert "Oslo" in told.inner_text() and "Porto" not in told.inner_text()


def test_an_event_is_undone(shown: Shown) -> None:
    item = shown.memory.recall("Where is the spare key?")[0].id
    shown.memory.forget(item)
    page = shown.go("journal")
    newest = page.locator(".events li").first
    assert "forget" in newest.inner_text()
    before = page.locator(".events li").count()
    newest.get_by_role("button", name="Undo").press("Enter")
    page.locator(f".events li:nth-child({before + 1})").wait_for()
    assert shown.memory.get(item).status == "active"


def test_events_come_a_page_at_a_time(shown: Shown) -> None:
    for number in range(40):
        shown.memory.remember(f"again {number}", session="many")
    page = shown.go("journal")
    newest = shown.memory.log(1)[0].seq
    assert int(page.locator(".seq").first.inner_text()) == newest
    assert page.locator(".events li").count() == 30
    page.get_by_role("link", name="Older").press("Enter")
    expect(page.locator(".seq").first).to_have_text(str(newest - 30))


def test_a_refused_undo_is_told(shown: Shown) -> None:
    item = shown.memory.recall("Where is the spare key?")[0].id
    first = shown.memory.forget(item).seq
    shown.memory.restore(item)
    page = shown.go("journal")
    page.get_by_role("button", name=f"Undo event {first}", exact=True).press("Enter")
    expect(page.locator("#told.bad")).to_contain_text(f"event {first}")
    assert "409" in shown.said.pop()


def test_an_erasure_cannot_be_undone(shown: Shown) -> None:
    shown.memory.erase(shown.memory.recall("Where is the spare key?")[0].id)
    page = shown.go("journal")
    newest = page.locator(".events li").first
    assert "erase" in newest.inner_text()
    assert newest.get_by_role("button", name="Undo").count() == 0


@pytest.mark.parametrize("ending", ["jsonl", "json"])
def test_a_file_is_imported(shown: Shown, tmp_path: Path, ending: str) -> None:
    messages: list[object] = [
        {"role": "user", "content": f"diary line {n}", "id": f"d{n}"} for n in range(1_200)
    ]
    messages[700] = {"role": "nobody", "content": "bad"}
    text = (
        json.dumps(messages)
        if ending == "json"
        else "".join(f"{json.dumps(each)}\n" for each in messages).rstrip()
    )
    path = tmp_path / f"diary.{ending}"
    path.write_text(text, encoding="utf-8")
    page = shown.go("import")
    page.get_by_label("File to import").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_selector(".progress [role=status]", timeout=60_000)
    told = page.locator(".progress").inner_text()
    assert "1,199 messages added, 0 there before, 1 left out." in told
    assert (f"{path.name}:701: " if ending == "jsonl" else f"{path.name}: message 701: ") in told
    kept = shown.memory.browse(session="diary", limit=2_000).items
    assert [each.text for each in kept] == [f"diary line {n}" for n in range(1_200) if n != 700]


def test_a_file_larger_than_a_part_keeps_every_line(shown: Shown, tmp_path: Path) -> None:
    said = [f"{n} " + "é🙂 word " * 250 for n in range(200)]
    path = tmp_path / "large.jsonl"
    path.write_text(
        "".join(
            json.dumps({"role": "user", "content": text}, ensure_ascii=False) + "\n"
            for text in said
        ),
        encoding="utf-8",
    )
    assert path.stat().st_size > 2 * 256_000
    page = shown.go("import")
    page.get_by_label("Session of messages").fill("book")
    page.get_by_label("File to import").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_selector(".progress [role=status]", timeout=60_000)
    kept = [each.text for each in shown.memory.browse(session="book", limit=500).items]
    assert kept == said


@pytest.mark.parametrize(
    "export", ["chatgpt zip", "claude", "slack zip", "whatsapp android", "mbox"]
)
def test_a_file_of_another_product_is_looked_at_before_it_goes_in(
    shown: Shown, tmp_path: Path, export: str
) -> None:
    name, data = EXPORTS[export]
    assert isinstance(data, bytes)
    path = tmp_path / name
    path.write_bytes(data)
    before = shown.memory.stats().items["turn"]
    page = shown.go("import")
    page.get_by_label("File to import").set_input_files(path)
    coming = page.locator(".coming")
    coming.wait_for()
    told = dict(
        zip(
            coming.locator("dt").all_inner_texts(),
            coming.locator("dd").all_inner_texts(),
            strict=True,
        )
    )
    assert told["Kind"] == kind_of(export)
    new = int(told["New"])
    assert new > 0
    assert shown.memory.stats().items["turn"] == before
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".progress [role=status]")).to_contain_text(f"{new} messages added")
    assert shown.memory.stats().items["turn"] == before + new
    page.get_by_label("File to import").set_input_files(path)
    expect(page.locator(".progress [role=status]")).to_contain_text("Nothing in it is new.")


def test_what_is_looked_at_can_be_left(shown: Shown, tmp_path: Path) -> None:
    path = tmp_path / "тест é.jsonl"
    path.write_text('{"role": "user", "content": "not this"}\n')
    page = shown.go("import")
    events = len(shown.memory.log(100))
    page.get_by_label("File to import").set_input_files(path)
    page.get_by_role("button", name="Leave it").click()
    expect(page.locator(".progress")).to_be_empty()
    assert len(shown.memory.log(100)) == events


def test_lines_that_are_too_many_for_one_file_go_by_parts(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "diary.jsonl"
    said = [json.dumps({"role": "user", "content": f"line {n}", "id": f"d{n}"}) for n in range(300)]
    path.write_text("\n".join([*said, '{"role": "nobody"}']))
    with looking(browser, tmp_path, limits=Limits(requests_per_s=0, file_bytes=100)) as shown:
        page = shown.go("import")
        page.get_by_label("File to import").set_input_files(path)
        told = page.locator(".progress [role=status]")
        expect(told).to_contain_text("300 messages added, 0 there before, 1 left out.")
        expect(page.locator(".progress")).to_contain_text("line 301")
        assert len(shown.memory.browse(session="diary", limit=500).items) == 300
        other = tmp_path / "mail.mbox"
        other.write_bytes(MBOX)
        page.get_by_label("File to import").set_input_files(other)
        expect(page.get_by_role("alert")).to_contain_text("mnemos import takes files of any size")


def test_a_file_of_no_known_kind_is_told_so(shown: Shown, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)))
    page = shown.go("import")
    page.get_by_label("File to import").set_input_files(path)
    expect(page.get_by_role("alert")).to_contain_text("a.bin: is of no kind that is known")
    assert "422" in shown.said.pop()


def test_figures_are_those_of_the_memory(shown: Shown) -> None:
    page = shown.go("figures")
    stats = shown.memory.stats()
    told = dict(
        zip(
            page.locator(".figures dt").all_inner_texts(),
            page.locator(".figures dd").all_inner_texts(),
            strict=False,
        )
    )
    assert told["Turns"] == str(stats.items["turn"])
    assert told["Sessions"] == str(stats.sessions)
    assert told["Events"] == str(stats.events)
    drawn = page.get_by_role("img", name=re.compile("in all"))
    assert drawn.locator("rect").count() > 0


def test_the_shortcuts_are_shown_and_can_be_turned_off(shown: Shown) -> None:
    page = shown.go("journal")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog")
    expect(listed).to_contain_text("to the question")
    listed.get_by_label("Shortcuts on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.wait_for_timeout(100)
    assert page.evaluate("location.hash") == "#/journal"


def test_a_digit_in_a_field_is_a_digit(shown: Shown) -> None:
    page = shown.go("search")
    page.keyboard.type("2?")
    assert page.locator("input[name=q]").input_value() == "2?"
    assert page.get_by_role("dialog").count() == 0


def test_of_very_many_facts_those_are_shown_that_are_asked_for(shown: Shown) -> None:
    said = [{"role": "user", "name": f"P{n}", "content": f"I live in Town{n}."} for n in range(600)]
    shown.memory.remember(said, session="many")
    page = shown.go("facts")
    assert page.locator(".note").inner_text() == "There are more than 500 facts. Say about whom."
    page = shown.go("facts?about=P7")
    assert page.locator(".facts strong").all_inner_texts() == ["Town7"]
    page = shown.go("timeline?q=Where+does+P7+live%3F")
    known = page.locator("[aria-label='Facts then']")
    assert known.locator("dd").all_inner_texts() == ["Town7"]
