"""The main job on the bundled conversation, step by step, and what it measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from statistics import median

from rich.table import Table
from rich.text import Text

from mnemos import Certificate, Memory, demo
from mnemos.serve.cli.certificate import certificate_panel
from mnemos.serve.cli.crash import Crash, kill_writer
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.quiz import Quiz, ask_all
from mnemos.serve.cli.receipts import counted
from mnemos.serve.cli.reindex import in_words
from mnemos.serve.cli.stage import Stage

#: When the questions of the tour are put: after the conversation.
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
QUESTIONS = (
    "What did Oma say before she danced?",
    "When did Ben's phone end up in the Forth?",
)
PACKED = "Where did they sleep on Mull, and what did the rooms cost?"
PACKED_TOKENS = 150
UNANSWERABLE = "What colour is the motorcycle?"
MOVED = "Which flat is Ben's?"
#: Ben moves on 14 March.
BEFORE_MOVE = datetime(2026, 2, 1, tzinfo=UTC)
FORGOTTEN = "What name did Ben give to the gull that stole from him?"
SAILING = "What time do we sail from Oban to Craignure?"
LOCK = "What phrase does the lock on the street side take?"
#: Turns that the writer acknowledges before it is killed.
ACKNOWLEDGED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the tour measured.

    Args:
        turns: In the conversation.
        quiz: The bundled questions.
        quiz_by_words: The same at level C0, if the others were asked at a higher one.
        limitation: Why they were not asked at the highest; None if they were.
        embed_seconds: Until all turns had vectors.
        crash: The writer that was killed.
        write_median_ms: Until one turn was durable.
        recall_median_ms: Until a question was answered.
        bytes_a_turn: Of the file, for each turn.
        erased: Whether the erasure was proved.
        whole: Whether the memory verified at the end.
        seconds: For all of it.
    """

    turns: int
    quiz: Quiz
    quiz_by_words: Quiz | None
    limitation: str | None
    embed_seconds: float
    crash: Crash
    write_median_ms: float
    recall_median_ms: float
    bytes_a_turn: float
    erased: bool
    whole: bool
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every promise was kept."""
        kept = self.crash.ok and self.crash.found == self.crash.acknowledged
        return kept and self.erased and self.whole


class Tour:
    """The steps, in order, over one memory.

    Args:
        path: Of the memory to make.
        output: Where it shows itself.
        embedder: What finds by meaning: a name, "none", or "default".
    """

    def __init__(self, path: Path, output: Output, *, embedder: str = "default") -> None:
        self._path = path
        self._embedder = embedder
        self._embed_seconds = 0.0
        self._output = output
        self._stage = Stage(output)
        self._ids: dict[str, str] = {}

    def run(self) -> Measured:
        """Go through all steps."""
        began = time.perf_counter()
        with Memory(
            self._path, actor="demo", embedder=self._embedder, embedding="manual"
        ) as memory:
            turns = self._remember(memory)
            self._embed(memory)
            self._ask(memory)
            self._abstain(memory)
            self._ask_the_past(memory)
            self._forget(memory)
            self._revise(memory)
            certificate = self._erase(memory)
            crash = self._crash(memory)
            quiz, by_words = self._quiz(memory)
            limitation = memory.vectors().without or None
            whole = self._verify(memory)
            # The erasure has emptied the write-ahead log: this is the file as it stays.
            bytes_a_turn = memory.stats().bytes_on_disk / turns
        measured = Measured(
            turns=turns,
            quiz=quiz,
            quiz_by_words=by_words,
            limitation=limitation,
            embed_seconds=self._embed_seconds,
            crash=crash,
            write_median_ms=median(crash.write_ms),
            recall_median_ms=median(quiz.recall_ms),
            bytes_a_turn=bytes_a_turn,
            erased=certificate.proved,
            whole=whole,
            seconds=time.perf_counter() - began,
        )
        self._sum_up(measured)
        return measured

    def _remember(self, memory: Memory) -> int:
        self._stage.step(
            "Remember half a year",
            "Ada, Ben and their assistant Mira. Each session is one durable transaction, recorded "
            "as of its own day, so that the past can be asked.",
        )
        began, total = time.perf_counter(), 0
        messages = demo.conversation()
        for month, said in groupby(messages, key=lambda message: str(message["said_at"])[:7]):
            count = 0
            for session, its in groupby(said, key=lambda message: str(message["session"])):
                count += self._remember_session(memory, session, list(its))
            total += count
            self._stage.say(f"{month}  {'▪' * (count // 4)} {count}")
        took_ms = (time.perf_counter() - began) * 1_000
        self._stage.say(f"{counted(total, 'turn')} in {took_ms:,.0f} ms")
        return total

    def _remember_session(self, memory: Memory, session: str, said: list[dict[str, object]]) -> int:
        plain = [{name: each[name] for name in each if name != "session"} for each in said]
        last = str(said[-1]["said_at"])
        receipt = memory.remember(plain, session=session, recorded_at=last)
        self._ids.update(zip((str(each["id"]) for each in said), receipt.ids, strict=True))
        return len(said)

    def _embed(self, memory: Memory) -> None:
        self._stage.step(
            "Find by meaning as well",
            "A model that runs here, if one is installed, turns each turn into vectors: of all of "
            "it, of its sentences, of its word pieces.",
        )
        without = memory.vectors().without
        if without:
            self._stage.say(Text(f"level C0, by words, people and days: {without}", style="yellow"))
            return
        began = time.perf_counter()
        with self._output.progress("embedding", "texts") as meter:
            done = memory.embed(progress=meter)
        self._embed_seconds = time.perf_counter() - began
        took = f"{counted(done.turns, 'turn')} in {self._embed_seconds:.1f} s"
        self._stage.say(f"{took}: {in_words(memory.vectors())}")
        if done.error:
            self._stage.say(Text(f"the model failed: {done.error}", style="yellow"))

    def _ask(self, memory: Memory) -> None:
        self._stage.step(
            "Ask", "The best line with its day, its speaker and the id to cite; no LLM is asked."
        )
        for question in QUESTIONS:
            self._stage.question(question)
            self._stage.answer(memory.recall(question, asked_at=NOW))
        self._stage.question(PACKED, f"packed for a prompt of {PACKED_TOKENS} tokens")
        packed = memory.context(PACKED, budget_tokens=PACKED_TOKENS, asked_at=NOW)
        self._stage.context(packed)

    def _abstain(self, memory: Memory) -> None:
        self._stage.step("Ask for what was never said", "Silence is better than a near miss.")
        self._stage.question(UNANSWERABLE)
        self._stage.answer(memory.recall(UNANSWERABLE, asked_at=NOW))

    def _ask_the_past(self, memory: Memory) -> None:
        self._stage.step("Ask the past", "The same question, with what the memory knew by a day.")
        for as_of in (BEFORE_MOVE, None):
            when = "as of today" if as_of is None else f"as of {as_of.day} {as_of:%B %Y}"
            self._stage.question(MOVED, when)
            self._stage.answer(memory.recall(MOVED, asked_at=as_of or NOW, as_of=as_of))

    def _forget(self, memory: Memory) -> None:
        self._stage.step("Forget, and restore", "Forgetting hides; it can be taken back.")
        self._stage.question(FORGOTTEN)
        found = memory.recall(FORGOTTEN, asked_at=NOW)
        self._stage.answer(found)
        best = found[0]
        memory.forget(best.id, why="the gull has a right to privacy")
        self._stage.question(FORGOTTEN, f"{best.ref} is forgotten")
        self._stage.answer(memory.recall(FORGOTTEN, asked_at=NOW))
        memory.restore(best.id, why="it was a public gull")
        self._stage.say(f"restored, and {memory.get(best.id).status} again")

    def _revise(self, memory: Memory) -> None:
        self._stage.step(
            "Revise, undo, undo the undo",
            "An edited message supersedes the old one, and every step is an event to go back to.",
        )
        self._stage.question(SAILING)
        self._stage.answer(memory.recall(SAILING, asked_at=NOW))
        receipt = memory.revise(demo.REVISED_ID, demo.REVISED_TEXT, why="Ben gave the wrong boat")
        _catch_up(memory)
        self._stage.question(SAILING, f"revised in event {receipt.seq}")
        self._stage.answer(memory.recall(SAILING, asked_at=NOW))
        undone = memory.undo(receipt.seq, why="was it the wrong boat?")
        _catch_up(memory)
        self._stage.question(SAILING, f"undone in event {undone.seq}")
        self._stage.answer(memory.recall(SAILING, asked_at=NOW))
        redone = memory.undo(undone.seq, why="it was")
        self._stage.say(f"and revised again, by undoing event {undone.seq} in event {redone.seq}")

    def _erase(self, memory: Memory) -> Certificate:
        self._stage.step(
            "Erase a secret",
            "Ben told his door code by mistake. It goes from every row, index and log, and the "
            "file is searched for its bytes.",
        )
        self._stage.question(LOCK)
        self._stage.answer(memory.recall(LOCK, asked_at=NOW))
        certificate = memory.erase(self._ids[demo.DOOR_CODE_ID], why="asked for by Ben")
        self._stage.show(certificate_panel(certificate))
        _catch_up(memory)
        self._stage.question(LOCK, "erased")
        found = memory.recall(LOCK, asked_at=NOW)
        self._stage.answer(found)
        left = demo.DOOR_CODE.encode() in self._path.read_bytes()
        self._stage.say("the code is still in the file" if left else "the code is not in the file")
        return certificate

    def _crash(self, memory: Memory) -> Crash:
        self._stage.step(
            "Pull the plug",
            "Another process writes turn after turn into a copy and is killed in mid-write.",
        )
        copy = self._path.with_name("killed.mnemos")
        memory.backup(copy)
        crash = kill_writer(copy, after=ACKNOWLEDGED)
        style = "green" if crash.ok and crash.found == crash.acknowledged else "bold red"
        verdict = "whole" if crash.ok else "not whole"
        self._stage.say(
            Text(
                f"killed after {crash.acknowledged} acknowledged turns: {crash.found} of them are "
                f"there, word for word, and {crash.unacknowledged} that it had no time to "
                f"acknowledge; the memory is {verdict}",
                style=style,
            )
        )
        return crash

    def _quiz(self, memory: Memory) -> tuple[Quiz, Quiz | None]:
        """Ask at the level that can be had and, if that is above C0, by words alone as well."""
        questions = demo.questions()
        self._stage.step(
            f"Ask all {len(questions)} questions",
            "Each has a list of the turns that one must see to answer it.",
        )
        _catch_up(memory)
        quiz, by_words = ask_all(memory, questions), None
        if quiz.level != "c0":
            with Memory(self._path, embedder=None) as plain:
                by_words = ask_all(plain, questions)
            self._tell_quiz(by_words)
        self._tell_quiz(quiz)
        return quiz, by_words

    def _tell_quiz(self, quiz: Quiz) -> None:
        self._stage.say(
            f"level {quiz.level.upper()}: {quiz.recall_at_10:.1%} of the turns needed were among "
            f"the first ten; silent on {quiz.abstained} of {quiz.unanswerable} questions without "
            f"an answer, and on {quiz.wrongly_silent} of the others"
        )

    def _verify(self, memory: Memory) -> bool:
        self._stage.step("Verify", "Every event's hash and every row's commitment, from the first.")
        found = memory.verify()
        verdict = "all as committed to" if found.ok else "; ".join(found.problems)
        self._stage.say(
            f"{counted(found.events, 'event')}, {counted(found.rows, 'row')}, "
            f"{found.erased} erased: {verdict}"
        )
        return found.ok

    def _sum_up(self, measured: Measured) -> None:
        made = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        rows = (
            (f"R@10 at level {measured.quiz.level.upper()}", _gained(measured)),
            ("rightly silent", f"{measured.quiz.abstained} of {measured.quiz.unanswerable}"),
            ("one durable turn", f"{measured.write_median_ms:.2f} ms (median)"),
            ("one question", f"{measured.recall_median_ms:.2f} ms (median)"),
            ("file", f"{measured.bytes_a_turn:,.0f} bytes a turn"),
            ("all of this", f"{measured.seconds:.1f} s, no LLM, no network"),
        )
        for name, value in rows:
            made.add_row(Text(name, style="dim"), Text(value, style="bold"))
        self._stage.step(
            "Measured just now, on this machine", "mnemos demo --json prints all of it."
        )
        self._stage.show(made)


def _catch_up(memory: Memory) -> None:
    """Make the vectors of what has changed since, if there is a model."""
    if not memory.vectors().without:
        memory.embed()


def _gained(measured: Measured) -> str:
    """Return the share of needed turns that was found, and what it is by words alone."""
    found = f"{measured.quiz.recall_at_10:.3f}"
    by_words = measured.quiz_by_words
    return found if by_words is None else f"{found} ({by_words.recall_at_10:.3f} at level C0)"
