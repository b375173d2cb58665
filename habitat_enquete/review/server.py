"""`enquete review`: the page's server, on this machine only."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import asdict
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
from habitat_enquete.review.security import Gate, Session

# What changed elsewhere, or cannot be done any more: the page shows the message and the present state.
_CONFLICTS: Final = frozenset(
    {
        Code.CODING_CHANGED_ELSEWHERE,
        Code.CODING_ABSENT,
        Code.CODING_ALREADY_THERE,
        Code.CODING_NOTHING_TO_UNDO,
        Code.CODING_NOTHING_TO_REDO,
    }
)
Answer = Callable[[Desk, dict[str, Any]], Any]


def application(desk: Desk, session: Session) -> Starlette:
    """The page and its JSON doors, behind the gate of `session`."""
    routes = [
        Route("/", _page(desk)),
        Route("/api/study", _reading(lambda request: desk.study())),
        Route(
            "/api/text/{name:path}", _reading(lambda request: asdict(desk.text(request.path_params["name"])))
        ),
        Route(
            "/api/code/{code}", _reading(lambda request: _listed(desk.quotes(request.path_params["code"])))
        ),
        Route("/api/search", _reading(lambda request: desk.search(request.query_params.get("q", "")))),
        Route("/api/since/{last:int}", _reading(lambda request: desk.since(request.path_params["last"]))),
        Route("/api/decide", _acting(lambda asked: asdict(desk.decide(asked))), methods=["POST"]),
        Route("/api/undo", _acting(lambda asked: asdict(desk.undo())), methods=["POST"]),
        Route("/api/redo", _acting(lambda asked: asdict(desk.redo())), methods=["POST"]),
        Route("/api/learn", _acting(lambda asked: desk.learn()), methods=["POST"]),
        Route("/api/queue", _acting(lambda asked: desk.queue()), methods=["POST"]),
        Route("/api/audit", _acting(desk.audit), methods=["POST"]),
        Route("/api/codebook", _acting(desk.edit_codebook), methods=["POST"]),
        Route(
            "/api/memo",
            _acting(lambda asked: desk.memo(str(asked["kind"]), str(asked["target"]), str(asked["text"]))),
            methods=["POST"],
        ),
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
        return JSONResponse(await run_in_threadpool(work))
    except EnqueteError as error:
        return JSONResponse({"error": str(error)}, 409 if error.code in _CONFLICTS else 400)
    except (KeyError, ValueError, TypeError):
        return JSONResponse({"error": Code.REVIEW_BAD_REQUEST.sentence()}, 400)


def _listed(items: list[Any]) -> list[dict[str, Any]]:
    return [asdict(each) for each in items]


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
