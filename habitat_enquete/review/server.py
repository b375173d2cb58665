"""`enquete review`: the page's server, on this machine only."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable
from importlib import resources
from typing import Any, Final

import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.review.desk import Desk
from habitat_enquete.review.search import search
from habitat_enquete.review.security import Gate, Session
from habitat_enquete.review.views import plain

# What changed elsewhere, or cannot be done any more: the page shows the message and the present state.
_CONFLICTS: Final = frozenset(
    {
        Code.CODING_CHANGED_ELSEWHERE,
        Code.CODING_ABSENT,
        Code.CODING_ALREADY_THERE,
        Code.CODING_NOTHING_TO_UNDO,
        Code.CODING_NOTHING_TO_REDO,
        Code.CODEBOOK_CHANGED_ELSEWHERE,
        Code.REVIEW_TEXT_CHANGED,
        Code.REVIEW_NO_CODE,
        Code.REVIEW_NO_TEXT,
        Code.EPISODE_CHANGED_ELSEWHERE,
    }
)
_MISTAKES: Final = (KeyError, ValueError, TypeError)


class _Json(JSONResponse):
    """Views as JSON."""

    def render(self, content: Any) -> bytes:
        """Dataclasses are written field by field, characters as they are."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=plain).encode()


def application(desk: Desk, session: Session) -> Starlette:
    """The page and its JSON doors, behind the gate of `session`."""
    learning, paths = desk.learning, desk.pathways
    readings: dict[str, Callable[[Request], Any]] = {
        "study": lambda request: desk.study(),
        "codebook": lambda request: desk.tree(),
        "text/{name:path}": lambda request: desk.text(request.path_params["name"]),
        "code/{code:path}": lambda request: desk.quotes(request.path_params["code"]),
        "search": lambda request: search(desk.project, request.query_params.get("q", "")),
        "since/{last:int}": lambda request: desk.since(request.path_params["last"]),
        "pathways": lambda request: paths.people(),
        "pathway/{person:path}": lambda request: paths.path(request.path_params["person"]),
        "communes": lambda request: paths.communes(request.query_params.get("q", "")),
    }
    gestures: dict[str, Callable[[dict[str, Any]], Any]] = {
        "decide": desk.decide,
        "undo": lambda asked: desk.undo(),
        "redo": lambda asked: desk.redo(),
        "memo": lambda asked: desk.memo(str(asked["kind"]), str(asked["target"]), str(asked["text"])),
        "edit": desk.edit_codebook,
        "adopt": desk.adopt,
        "learn": lambda asked: learning.learn(),
        "queue": lambda asked: learning.queue(),
        "audit": learning.audit,
        "rules": lambda asked: learning.apply_rules(),
        "episode": paths.decide,
        "propose": lambda asked: paths.propose(),
    }
    routes = [
        Route("/", _page(desk)),
        *(Route(f"/api/{path}", _reading(read)) for path, read in readings.items()),
        *(Route(f"/api/{path}", _acting(act), methods=["POST"]) for path, act in gestures.items()),
        Mount("/static", StaticFiles(packages=[("habitat_enquete.review", "static")])),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Gate, session=session)])


def _page(desk: Desk) -> Callable[[Request], Response]:
    template = (resources.files("habitat_enquete.review") / "templates" / "review.html").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)

    def page(request: Request) -> Response:
        return HTMLResponse(environment.from_string(template).render(coder=desk.coder, blind=desk.blind))

    return page


def _reading(read: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return await _answered(lambda: read(request))

    return answer


def _acting(act: Callable[[dict[str, Any]], Any]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        try:
            asked = await request.json()
        except ValueError:
            return JSONResponse({"error": "Requête illisible."}, 400)
        return await _answered(lambda: act(asked if isinstance(asked, dict) else {}))

    return answer


async def _answered(work: Callable[[], Any]) -> Response:
    """The result as JSON; a refusal as a French sentence: 409 when the study changed, 400 otherwise."""
    try:
        return await run_in_threadpool(lambda: _Json(work()))
    except EnqueteError as error:
        return _Json({"error": str(error)}, 409 if error.code in _CONFLICTS else 400)
    except _MISTAKES:
        return _Json({"error": Code.REVIEW_BAD_REQUEST.sentence()}, 400)


def listener(port: int) -> socket.socket:
    """A socket on 127.0.0.1 (a free port for 0). Raises: EnqueteError when the port is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
    except OSError as error:
        made.close()
        raise EnqueteError(Code.REVIEW_PORT_TAKEN, port=port) from error
    return made


def serve(desk: Desk, session: Session, bound: socket.socket) -> None:
    """Serve the page until interrupted."""
    config = uvicorn.Config(
        application(desk, session), log_level="critical", access_log=False, server_header=False
    )
    with contextlib.suppress(KeyboardInterrupt), bound:
        uvicorn.Server(config).run(sockets=[bound])
