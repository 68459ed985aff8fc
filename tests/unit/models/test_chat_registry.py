"""Chats are chosen by name, none unless somebody names one, and choosing one asks nobody."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

from mnemos import models
from mnemos.errors import InputError, ModelError
from mnemos.models import chat, chat_installed, choose_chat
from mnemos.models.openai_chat import OpenAIChat
from mnemos.models.scripted_chat import ScriptedChat


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MNEMOS_CHAT", "MNEMOS_CHAT_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MNEMOS_CHAT_URL", "http://localhost:11434/v1")


def scripted(name: str) -> ScriptedChat:
    return ScriptedChat(lambda _: "", name=name)


def test_a_chat_is_known_by_its_name() -> None:
    made = chat("openai:llama3.2:3b")
    assert isinstance(made, OpenAIChat)
    assert made.model == "openai:llama3.2:3b at localhost:11434"


def test_names_that_cannot_be_say_what_is_wrong() -> None:
    with pytest.raises(InputError, match="no chat 'minilm'; known are openai"):
        chat("minilm")
    with pytest.raises(InputError, match="chat 'openai' needs a model, as in openai:MODEL"):
        chat("openai")


def test_packages_join_by_an_entry_point_of_their_own_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [
        metadata.EntryPoint("own", f"{__name__}:scripted", models.CHATS_GROUP),
        metadata.EntryPoint("gone", "no_such_module:Chat", models.CHATS_GROUP),
    ]
    monkeypatch.setattr(
        metadata, "entry_points", lambda *, group: points if group == "mnemos.chats" else []
    )
    assert chat("own:a").model == "a"
    assert chat_installed("own") and not models.installed("own")
    with pytest.raises(ModelError, match="chat 'gone' cannot be imported"):
        chat("gone")


def test_no_model_is_used_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-there-for-something-else")
    assert choose_chat() is None
    assert choose_chat("none") is choose_chat(None) is None


def test_the_environment_may_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNEMOS_CHAT", "openai:tiny")
    chosen = choose_chat()
    assert chosen is not None and chosen.model.startswith("openai:tiny at ")
    assert choose_chat(None) is None
    monkeypatch.setenv("MNEMOS_CHAT", " ")
    with pytest.raises(InputError, match="MNEMOS_CHAT is empty"):
        choose_chat()


def test_a_chat_of_ones_own_is_taken_as_it_is() -> None:
    own = scripted("own")
    assert choose_chat(own) is own
    with pytest.raises(InputError, match="expected a name, a Chat or None, not 7"):
        choose_chat(7)  # type: ignore[arg-type]


def test_ours_are_installed_when_their_libraries_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chat_installed("openai:any")
    monkeypatch.setitem(sys.modules, "msgspec", None)
    assert not chat_installed("openai")


def test_choosing_imports_no_client() -> None:
    code = (
        "import sys; from mnemos.models import chat; chat('openai:x');"
        "print(*{'httpx', 'msgspec', 'sqlite3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
