"""The page's files, and the mount that serves them below ``/ui``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mnemos.serve.guard import App, Receive, Scope, Send
from mnemos.serve.rest.app import Mount
from mnemos.serve.rest.service import Service
from mnemos.wire.problems import Refusal

PATH = "/ui"
INDEX = "index.html"
#: Ending of a file's name → its type.
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
#: Nothing but its own files runs, is drawn or is asked, and no text can become markup.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # Kept by the browser, and asked for anew whether it still holds.
    "cache-control": "no-cache",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the page."""

    content: bytes
    type: str
    etag: str


def read() -> dict[str, File]:
    """Return the files of the page, by name."""
    found = {}
    for each in files(__package__).joinpath("static").iterdir():
        kind = TYPES.get(each.name.rpartition(".")[2])
        if kind is not None:
            content = each.read_bytes()
            etag = f'"{sha256(content).hexdigest()[:20]}"'
            found[each.name] = File(content=content, type=kind, etag=etag)
    return found


def mount(_: Service) -> Mount:
    """Return what a server mounts to show the page. Its files need no key; the routes do."""
    return Mount(path=PATH, app=_serving(read()), public=True)


def _serving(pages: Mapping[str, File]) -> App:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await _answer(request, pages)(scope, receive, send)

    return serve


def _answer(request: Request, pages: Mapping[str, File]) -> Response:
    """Return one file.

    Raises:
        Refusal: There is none of this name, or it is not only asked for.
    """
    if request.method not in {"GET", "HEAD"}:
        raise Refusal(405, f"{request.method}: the page can only be read")
    path = request.url.path
    if path == PATH:
        return RedirectResponse(f"{PATH.removeprefix('/')}/", status_code=308)
    name = path.removeprefix(f"{PATH}/") or INDEX
    page = pages.get(name)
    if page is None:
        raise Refusal(404, f"the page has no file {name!r}", "NotFound")
    headers = {**HEADERS, "etag": page.etag}
    if request.headers.get("if-none-match") == page.etag:
        return Response(status_code=304, headers=headers)
    return Response(page.content, media_type=page.type, headers=headers)
