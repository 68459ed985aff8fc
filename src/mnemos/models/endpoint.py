"""One HTTP endpoint that takes and gives JSON: patient, bounded, and silent about its key."""

from __future__ import annotations

import json
import random
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mnemos.errors import InputError, ModelError
from mnemos.types import JSON

if TYPE_CHECKING:
    import httpx

#: Worth another try: a timeout, a conflict, too many requests, and all that is the server's fault.
PASSING = frozenset({408, 409, 429, *range(500, 600)})
UNAUTHORISED = frozenset({401, 403})
#: How much of a refusal is shown.
SHOWN_CHARACTERS = 200
MIB = 1 << 20


class Refused(ModelError):
    """The endpoint will not serve this request, however often it is put.

    Args:
        status: Of HTTP.
        reason: What the endpoint said, without the key.
    """

    def __init__(self, message: str, *, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class GivenUp(ModelError):
    """The failure went on, to the last attempt, or the endpoint asks for too long a pause.

    Args:
        failure: The last one, as ``Patience.failed`` is told it.
    """

    def __init__(self, message: str, *, failure: str) -> None:
        super().__init__(message)
        self.failure = failure


class TooLong(ModelError):
    """The reply does not end within the bytes that are read."""


def _unheard(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an endpoint is waited for, and how often it is asked again.

    Args:
        timeout_s: For one attempt, from connecting to the reply's last byte.
        retries: Attempts after the first.
        first_s: The pause before the first retry; it doubles with each, less up to half by chance.
        longest_s: No pause of ours is longer.
        retry_after_s: An endpoint that asks for a longer pause is given up at once.
        reply_bytes: No longer reply is read.
        sleep: Pauses.
        chance: A number in [0, 1).
        clock: Seconds that never run backwards.
        failed: Told of each failure that may pass, in the thread that asks, without the key:
            "HTTP 429", "ReadTimeout …".
    """

    timeout_s: float = 30.0
    retries: int = 4
    first_s: float = 0.5
    longest_s: float = 20.0
    retry_after_s: float = 60.0
    reply_bytes: int = 256 * MIB
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic
    failed: Callable[[str], None] = _unheard

    def pause_s(self, attempt: int) -> float:
        """Return the pause after this attempt, the first being 0."""
        longest = min(self.first_s * 2.0**attempt, self.longest_s)
        return longest * (1 - self.chance() / 2)


@dataclass(frozen=True, slots=True)
class _Passing:
    """A failure that may pass."""

    what: str
    asked_s: float | None = None


class Endpoint:
    """Posts JSON and returns the JSON that comes back.

    Args:
        url: Up to and with the version, as in "http://localhost:11434/v1".
        key: Sent as a bearer token; never shown.
        patience: How long, and how often.

    Raises:
        InputError: The URL or the key cannot be used.
    """

    def __init__(self, url: str, key: str | None, patience: Patience) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        # None of these messages shows the URL: it may carry a secret.
        if host is None or parts.scheme not in {"http", "https"}:
            raise InputError("the endpoint's URL is not of the form https://host/v1")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise InputError(
                f"the URL of {host} carries a name, a query or a mark; hand in the key"
            )
        if key is not None and not (key and key.isascii() and key.isprintable() and " " not in key):
            raise InputError("the endpoint's key is empty or has characters that no key has")
        self.server = host if port is None else f"{host}:{port}"
        self._url = url.rstrip("/")
        self._key = key
        self._patience = patience
        self._client: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"Endpoint({self._url!r})"

    def post(self, path: str, payload: Mapping[str, JSON]) -> JSON:
        """Return the reply to the payload, sent again as long as the failure may pass.

        Raises:
            Refused: The endpoint says no.
            GivenUp: It cannot be reached, or goes on failing.
            TooLong: The reply does not end.
            ModelError: The reply is no JSON.
        """
        patience = self._patience
        attempt = 0
        while True:
            got = self._attempt(path, payload)
            if isinstance(got, bytes):
                return self._read(got)
            patience.failed(got.what)
            if attempt >= patience.retries:
                raise GivenUp(
                    f"{self.server}: {got.what}, after {attempt + 1} attempts", failure=got.what
                )
            pause_s = patience.pause_s(attempt)
            if got.asked_s is not None:
                if got.asked_s > patience.retry_after_s:
                    raise GivenUp(
                        f"{self.server}: {got.what}; it asks to wait {got.asked_s:.0f} s, more "
                        f"than {patience.retry_after_s:.0f} s",
                        failure=got.what,
                    )
                pause_s = max(pause_s, got.asked_s)
            patience.sleep(pause_s)
            attempt += 1

    def _attempt(self, path: str, payload: Mapping[str, JSON]) -> bytes | _Passing:
        httpx = _httpx()
        try:
            status, headers, body = self._exchange(path, payload)
        except (httpx.TransportError, httpx.DecodingError) as error:
            # Kept as words only: what httpx raises holds the request, with its key.
            return _Passing(self._silent(f"{type(error).__name__} {error}".strip()))
        if 200 <= status < 300:  # noqa: PLR2004 - success, in HTTP
            return body
        said = self._silent(" ".join(body.decode(errors="replace").split()))
        if status in PASSING and "insufficient_quota" not in said:
            return _Passing(f"HTTP {status}", _asked_s(headers))
        if status in UNAUTHORISED:
            which = "with the key given" if self._key else "without a key"
            message = f"{self.server} does not let us in {which} (HTTP {status})"
        else:
            message = f"{self.server} refuses (HTTP {status}): {said[:SHOWN_CHARACTERS]}"
        raise Refused(message, status=status, reason=said)

    def _exchange(
        self, path: str, payload: Mapping[str, JSON]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers (names in small letters) and body of one attempt."""
        patience = self._patience
        until = patience.clock() + patience.timeout_s
        body = bytearray()
        with self._connected().stream("POST", self._url + path, json=payload) as response:
            for part in response.iter_bytes():
                body += part
                if len(body) > patience.reply_bytes:
                    raise TooLong(
                        f"{self.server}: the reply is longer than {patience.reply_bytes:,} bytes"
                    )
                if patience.clock() > until:
                    raise _httpx().ReadTimeout(f"no whole reply in {patience.timeout_s:g} s")
            return response.status_code, dict(response.headers.items()), bytes(body)

    def _connected(self) -> httpx.Client:
        if self._client is None:
            headers = {} if self._key is None else {"Authorization": f"Bearer {self._key}"}
            client = _httpx().Client(headers=headers, timeout=self._patience.timeout_s)
            weakref.finalize(self, client.close)
            self._client = client
        return self._client

    def _read(self, body: bytes) -> JSON:
        try:
            reply: JSON = json.loads(body)
        except (ValueError, RecursionError):
            start = self._silent(body.decode(errors="replace"))[:SHOWN_CHARACTERS]
            raise ModelError(
                f"{self.server}: the reply ({len(body)} bytes) is no JSON: {start!r}"
            ) from None
        return reply

    def _silent(self, text: str) -> str:
        return text if self._key is None else text.replace(self._key, "[key]")


def _httpx() -> ModuleType:
    try:
        import httpx  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise ModelError(
            "an endpoint needs the library httpx: pip install 'mnemos[remote]'"
        ) from None
    return httpx


def _asked_s(headers: Mapping[str, str]) -> float | None:
    """Return how long Retry-After asks for: in seconds, or until a moment by the server's clock."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return max(0.0, (_aware(moment) - _aware(now)).total_seconds())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
