"""``mnemos serve`` and ``mnemos keys``, as one types them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from mnemos import Memory, Unauthorized
from mnemos.client import Client
from mnemos.serve import extras
from tests.unit.serve.command_line import Run, Start

EVERYWHERE = "0.0.0.0"  # noqa: S104 - which is refused


def url_of(running: subprocess.Popen[bytes]) -> str:
    assert running.stdout is not None
    found: str = json.loads(running.stdout.readline())["url"]
    return found


def ended(running: subprocess.Popen[bytes]) -> tuple[int, str]:
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=30)
    return running.returncode, err.decode()


def test_one_file_is_served_until_it_is_told_to_end(started: Start, tmp_path: Path) -> None:
    running = started(["serve", "one.mnemos", "--port", "0", "--json", "--embedder", "none"])
    with Client(url_of(running)) as client:
        client.remember("I moved to Porto in May")
        assert client.recall("Where did I move to?")[0].text == "I moved to Porto in May"
    code, err = ended(running)
    assert code in {0, -signal.SIGTERM}
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["route"] for line in lines] == ["remember", "recall"]
    with Memory(tmp_path / "one.mnemos") as memory:
        assert memory.log(1)[0].actor == "serve"


def test_a_key_opens_its_tenant_until_it_is_revoked(
    started: Start, mnemos: Run, tmp_path: Path
) -> None:
    (tmp_path / "d").mkdir()
    running = started(["serve", "--dir", "d", "--port", "0", "--json"])
    url = url_of(running)
    made = mnemos("keys", "add", "ann", "--dir", "d", "--note", "hers", "--json").json
    with Client(url, str(made["token"])) as client:
        client.remember("I live in Porto.")
        assert client.profile().slots["home"][0].value == "Porto"
        assert mnemos("keys", "revoke", str(made["id"]), "--dir", "d").code == 0
        with pytest.raises(Unauthorized):
            client.recall("Where do I live?")
    ended(running)
    assert {path.name for path in (tmp_path / "d").iterdir()} == {"ann.mnemos", "keys.sqlite"}


def test_keys_are_listed_without_their_secret(mnemos: Run) -> None:
    Path("d").mkdir()
    token = mnemos("keys", "add", "ann", "--dir", "d", "--right", "read", "--user", "ada").out
    listed = mnemos("keys", "list", "--dir", "d")
    assert token.split("_")[1] in listed.out
    assert token.strip().rpartition("_")[2] not in listed.out
    line = mnemos("keys", "list", "--dir", "d", "--json").lines[0]
    assert (line["tenant"], line["rights"], line["user"]) == ("ann", ["read"], "ada")
    mnemos("keys", "revoke", token.split("_")[1], "--dir", "d")
    assert mnemos("keys", "list", "--dir", "d", "--json").out == ""
    assert "revoked" in mnemos("keys", "list", "--dir", "d", "--revoked").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["serve", "x.mnemos", "--host", EVERYWHERE], 2, "asks nobody for a key"),
        (["serve", "--dir", "d", "--host", EVERYWHERE], 2, "first make a key"),
        (["serve", "--dir", "d", "--host", "example.org"], 2, "first make a key"),
        (["serve", "--dir", "nowhere"], 4, "there is no such directory"),
        (["serve", "nowhere/x.mnemos"], 4, "there is no folder"),
        (["serve", "x.mnemos", "--dir", "d"], 2, "not both"),
        (["serve", "x.mnemos", "--port", "70000"], 2, "70000"),
        (["serve", "d/other"], 4, "d/other"),
        (["keys", "add", "../x", "--dir", "d"], 2, "a name is 1 to 64 characters"),
        (["keys", "add", "ann"], 2, "--dir"),
        (["keys", "list", "--dir", "nowhere"], 4, "there is no such directory"),
        (["keys", "revoke", "nothing", "--dir", "d"], 1, "there is no key 'nothing'"),
    ],
)
def test_what_would_not_be_safe_or_makes_no_sense_is_refused(
    mnemos: Run, arguments: list[str], code: int, said: str
) -> None:
    Path("d").mkdir()
    Path("d/other").write_bytes(b"something else" * 100)
    done = mnemos(*arguments)
    assert done.code == code
    assert said in done.err


def test_a_port_in_use_is_named(started: Start, mnemos: Run) -> None:
    running = started(["serve", "one.mnemos", "--port", "0", "--json"])
    port = url_of(running).rpartition(":")[2]
    done = mnemos("serve", "two.mnemos", "--port", port)
    assert f"port {port}" in done.err
    ended(running)


def test_without_the_extra_it_says_what_to_install(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = util.find_spec
    monkeypatch.setattr(
        extras, "find_spec", lambda name: None if name == "uvicorn" else there(name)
    )
    done = mnemos("serve", "x.mnemos")
    assert done.code == 2
    assert "uvicorn is not installed: pip install mnemos[serve]" in done.err
    assert not Path("x.mnemos").exists()


def test_the_client_without_its_extra_says_what_to_install() -> None:
    code = "import sys; sys.modules['httpx'] = None; import mnemos.client"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "mnemos.client needs httpx: pip install mnemos[client]" in done.stderr


def test_the_command_line_loads_no_server_unless_it_serves() -> None:
    code = (
        "import sys, mnemos.serve.cli.say, mnemos.serve.cli.serving, mnemos.serve.cli.keys; "
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"starlette", "uvicorn", "msgspec", "httpx"} & set(done.stdout.split())
