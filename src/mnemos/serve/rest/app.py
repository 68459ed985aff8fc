"""The application: routes, the guard around them, and what else is mounted beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.routing import Mount as StarletteMount

from mnemos.serve import metrics
from mnemos.serve.access import Access
from mnemos.serve.guard import App, Guard, Receive, Scope, Send
from mnemos.serve.limits import Limits
from mnemos.serve.rest import files, importing, openapi
from mnemos.serve.rest.calls import endpoint
from mnemos.serve.rest.service import Service
from mnemos.serve.rest.uploads import Uploads
from mnemos.serve.work import Work
from mnemos.wire.operations import (
    BACKUP,
    EXPORT,
    FILE_HEADER,
    IDEMPOTENCY_HEADER,
    IMPORT,
    IMPORT_FILE,
    JSON_TYPE,
    OPERATIONS,
    PREFIX,
    SCOPE_HEADER,
)
from mnemos.wire.values import dumps

PUBLIC = ("/health", "/openapi.json")
FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Another coat, served below a path by the same server, with the same keys.

    Args:
        path: "/ui"; the path itself and all below it.
        app: Any ASGI application; ``scope["state"]["caller"]`` says who is asking.
        public: Whether it needs no key: a page's own files.
        for_programs: Whether pages of other sites are refused even with a key; see ``Guard``.
        lifespan: What surrounds its life, if it has something to start and stop.
    """

    path: str
    app: App
    public: bool = False
    for_programs: bool = False
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None


#: Makes a coat of what the routes work with too.
Mounting = Callable[[Service], Mount]


def application(
    access: Access,
    *,
    limits: Limits | None = None,
    origins: Collection[str] = (),
    mounts: Sequence[Mounting] = (),
    routes: bool = True,
) -> App:
    """Return the ASGI application; it closes the memories when it ends.

    Args:
        access: Who gets in, and to what.
        limits: How much they may ask.
        origins: Pages of other sites that may ask.
        mounts: What is served beside the routes.
        routes: Whether these are served; else what is mounted is all there is.
    """
    given = limits or Limits()
    service = Service(access=access, limits=given, work=Work(waiting=given.waiting))
    mounted = [mounting(service) for mounting in mounts]
    read_open, read_under_way = (lambda: access.open), (lambda: service.work.under_way)
    service.metrics.gauge("mnemos_open_memories", "Files that are open.", read_open)
    service.metrics.gauge("mnemos_under_way", "Calls that run or wait.", read_under_way)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for each in mounted:
                if each.lifespan is not None:
                    await stack.enter_async_context(each.lifespan())
            yield
        service.work.close()
        access.close()

    served: list[BaseRoute] = [*_routes(service)] if routes else []
    for each in mounted:
        named = _Named(each)
        served += [Route(each.path, named), StarletteMount(each.path, named)]
    guarded = Guard(
        _told(Router(served, redirect_slashes=False, lifespan=lifespan)),
        access=access,
        limits=given,
        metrics=service.metrics,
        origins=origins,
        public=[*PUBLIC, *_paths(each for each in mounted if each.public)],
        for_programs=_paths(each for each in mounted if each.for_programs),
    )
    return _open_to(origins, guarded) if origins else guarded


def _paths(mounts: Iterable[Mount]) -> list[str]:
    """Return what is below some mounts, and their own paths."""
    return [path for each in mounts for path in (each.path, f"{each.path}/")]


def _routes(service: Service) -> list[Route]:
    described = dumps(openapi.document())

    async def health(request: Request) -> Response:
        request.state.route = "health"
        return Response(b'{"status":"ok"}', media_type=JSON_TYPE)

    async def figures(request: Request) -> Response:
        request.state.route = "metrics"
        request.state.caller.require("admin")
        return Response(service.metrics.text(), headers={"content-type": metrics.CONTENT_TYPE})

    async def description(request: Request) -> Response:
        request.state.route = "openapi"
        return Response(described, media_type=JSON_TYPE)

    calls = [
        Route(PREFIX + each.path, endpoint(each, service), methods=[each.verb])
        for each in OPERATIONS.values()
    ]
    return [
        *calls,
        _file(IMPORT, "POST", partial(importing.import_messages, service=service)),
        _file(IMPORT_FILE, "POST", Uploads(service).import_file),
        _file(EXPORT, "GET", partial(files.export, service=service)),
        _file(BACKUP, "GET", partial(files.backup, service=service)),
        Route("/health", health),
        Route("/metrics", figures),
        Route("/openapi.json", description),
    ]


def _file(path: str, verb: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    async def named(request: Request) -> Response:
        request.state.route = path.removeprefix("/")
        return await answer(request)

    return Route(PREFIX + path, named, methods=[verb])


class _Named:
    """A mounted application whose requests the log calls by its path."""

    def __init__(self, mount: Mount) -> None:
        self._mount = mount

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["route"] = self._mount.path
        await self._mount.app(scope, receive, send)


def _told(router: Router) -> App:
    """Return a router that raises where it has no route, rather than answer by itself."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = router
        await router(scope, receive, send)

    return told


def _open_to(origins: Collection[str], guarded: App) -> App:
    return CORSMiddleware(
        guarded,
        allow_origins=[*origins],
        allow_methods=["GET", "POST"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            FILE_HEADER,
            IDEMPOTENCY_HEADER,
            SCOPE_HEADER,
        ],
        expose_headers=["Retry-After"],
    )
