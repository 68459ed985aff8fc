"""The server itself: the protocol's requests on one side, the memory on the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from difflib import get_close_matches
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from mnemos.errors import Forbidden, InputError, MnemosError, NotFound
from mnemos.serve.cli.plain import scopes_in_words
from mnemos.serve.mcp import asked, asking, guide, schemas, sessions
from mnemos.serve.mcp.given import Answer
from mnemos.serve.mcp.lent import Lent, Visit
from mnemos.serve.mcp.shown import disarmed, label, shown
from mnemos.serve.mcp.tools import TOOLS, Tool, offered

R = TypeVar("R")
Call = ServerRequestContext[Any]
Visiting = Callable[[Call], Visit]
Paged = types.PaginatedRequestParams | None

_log = logging.getLogger("mnemos.mcp")
#: Errors in words are short: what somebody handed in may stand in them.
_LONGEST_ERROR = 500
_BY_NAME = {tool.name: tool for tool in TOOLS}


def server(visiting: Visiting) -> Server[Any]:
    """Return a server of the protocol.

    Args:
        visiting: Tells of each request who is asking, and lends their memory.
    """
    desk = _Desk(visiting)
    made: Server[Any] = Server(
        "mnemos",
        version=_version(),
        title="mnemos, a long-term memory",
        instructions=guide.INSTRUCTIONS,
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
        on_list_resources=desk.list_resources,
        on_list_resource_templates=desk.list_templates,
        on_read_resource=desk.read_resource,
        on_list_prompts=desk.list_prompts,
        on_get_prompt=desk.get_prompt,
        # No argument of a tool travels in a header. Else each call would list all tools first.
        get_tool_input_schema=lambda _: None,
    )
    made.middleware.clear()  # it would hand traces of each request to OpenTelemetry, where there is
    return made


class _Desk:
    """Where requests are answered."""

    def __init__(self, visiting: Visiting) -> None:
        self._visiting = visiting

    async def list_tools(self, call: Call, _params: Paged) -> types.ListToolsResult:
        """Describe every tool that the one who asks can use."""
        visit = self._visiting(call)
        tools = offered(visit.caller, reads_facts=await self._asked(visit.reads_facts()))
        return types.ListToolsResult(tools=[_described(tool) for tool in tools])

    async def call_tool(
        self, call: Call, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Run a tool; what mnemos refuses becomes an answer that says why."""
        visit = self._visiting(call)
        tool = _BY_NAME.get(params.name)
        if tool is None:
            near = get_close_matches(params.name, _BY_NAME, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise MCPError(
                types.INVALID_PARAMS, f"there is no tool {shown(params.name, 100)!r}{hint}"
            )
        try:
            visit.caller.require(tool.right, whole=tool.of_all)
            wanted = schemas.adapter(tool.takes).validate_python(params.arguments or {})
            answer = await _unhurried(tool.run(visit.memory, wanted))
        except (ValidationError, MnemosError) as error:
            return _refused(_in_words(error))
        except Exception as error:
            _log.exception("%s failed", tool.name)
            return _refused(
                f"mnemos failed ({type(error).__name__}): a mistake of its own, not yours. Nothing "
                "half done was kept; the server's log says more."
            )
        return _answered(tool, answer)

    async def list_resources(self, call: Call, params: Paged) -> types.ListResourcesResult:
        """List sessions, the one begun last first."""
        after = None if params is None else params.cursor
        memory = self._reading(call)
        page = await self._asked(memory.sessions(after=after, limit=sessions.LISTED))
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=sessions.Place(scope=kept.scope).uri,
                    name=label(kept.scope.session),
                    description=sessions.described(kept),
                    mime_type=sessions.MIME,
                )
                for kept in page.sessions
            ],
            next_cursor=page.after,
        )

    async def list_templates(
        self, _call: Call, _params: Paged
    ) -> types.ListResourceTemplatesResult:
        """Say how the address of a session is made."""
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=sessions.TEMPLATE,
                    name="session",
                    title="A session",
                    description="The turns of one conversation, in their order, a page at a time.",
                    mime_type=sessions.MIME,
                )
            ]
        )

    async def read_resource(
        self, call: Call, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """Read a page of a session."""
        uri = str(params.uri)
        text = await self._asked(sessions.read(self._reading(call), uri))
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type=sessions.MIME, text=text)]
        )

    async def list_prompts(self, _call: Call, _params: Paged) -> types.ListPromptsResult:
        """Offer the guide."""
        question = types.PromptArgument(
            name="question", description=guide.QUESTION_ABOUT, required=False
        )
        offered = types.Prompt(
            name=guide.PROMPT,
            title="Use the memory",
            description=guide.PROMPT_ABOUT,
            arguments=[question],
        )
        return types.ListPromptsResult(prompts=[offered])

    async def get_prompt(
        self, call: Call, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """Give the guide, with what the memory holds of a question."""
        if params.name != guide.PROMPT:
            raise MCPError(
                types.INVALID_PARAMS,
                f"there is no prompt {shown(params.name, 100)!r}; there is {guide.PROMPT}",
            )
        question = (params.arguments or {}).get("question")
        context = None
        if question:
            wanted = asked.Context(question=question[: asked.LONGEST_QUESTION])
            context = (await self._asked(asking.context(self._reading(call), wanted))).words
        said = types.TextContent(type="text", text=guide.prompt(context))
        return types.GetPromptResult(
            description=guide.PROMPT_ABOUT,
            messages=[types.PromptMessage(role="user", content=said)],
        )

    def _reading(self, call: Call) -> Lent:
        """Return the memory of who may read it."""
        visit = self._visiting(call)
        try:
            visit.caller.require("read")
        except Forbidden as error:
            raise MCPError(types.INVALID_REQUEST, _in_words(error)) from None
        return visit.memory

    async def _asked(self, call: Coroutine[Any, Any, R]) -> R:
        """Await what is no tool; what mnemos refuses becomes an error of the protocol."""
        try:
            return await _unhurried(call)
        except (InputError, NotFound) as error:
            raise MCPError(types.INVALID_PARAMS, _in_words(error)) from None
        except MnemosError as error:
            raise MCPError(types.INTERNAL_ERROR, _in_words(error)) from None


async def _unhurried(call: Coroutine[Any, Any, R]) -> R:
    """Await a call of the memory; cancelled, wait until it has broken off.

    anyio cancels a task anew at each of its waits, and so would end the breaking off itself.
    """
    running = asyncio.create_task(call)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([running])
        raise


def _answered(tool: Tool, answer: Answer) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.words)],
        structured_content=schemas.adapter(tool.gives).dump_python(answer, mode="json"),
    )


def _refused(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=why)], is_error=True)


def _in_words(error: ValidationError | MnemosError) -> str:
    """Return what is wrong, so that a model can put it right."""
    if isinstance(error, MnemosError):
        return disarmed(scopes_in_words(str(error)))[:_LONGEST_ERROR]
    wrong = [
        f"{'.'.join(str(part) for part in each['loc']) or 'arguments'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False)
    ]
    return disarmed("; ".join(wrong))[:_LONGEST_ERROR]


@cache
@cache  # its schemas are slow to make
def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=schemas.taken(tool.takes),
        output_schema=schemas.given(tool.gives),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=not tool.writes,
            destructive_hint=tool.hides,
            idempotent_hint=tool.again_is_same,
            open_world_hint=False,
        ),
    )


def _version() -> str:
    try:
        return version("mnemos")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return ""
