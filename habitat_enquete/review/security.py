"""Who may talk to the page: this browser, on this machine, with the token of this session.

The page listens on 127.0.0.1 only. A Host that is not ours stops DNS rebinding; an Origin that is not ours stops other sites and
other local pages; the token, given once in the address and then kept in a cookie, stops other users of the machine.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

_HOSTS: Final = ("127.0.0.1", "localhost")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the page: the port it listens on, and the token that opens it."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers share cookies between ports, and two studies may be open at once."""
        return f"enquete_session_{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The values of the Host header that are ours."""
        return frozenset(f"{host}:{self.port}" for host in _HOSTS)

    def is_ours(self, token: str | None) -> bool:
        """Whether a token is that of this session, compared in constant time."""
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())


class Gate(BaseHTTPMiddleware):
    """Refuses what does not come from the page itself, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, session: Session) -> None:
        super().__init__(app)
        self.session = session

    async def dispatch(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """The answer to a request: a refusal, the way in for the token, or what the page says."""
        response = self._refusal(request) or self._entrance(request) or await call_next(request)
        response.headers.update(_HEADERS)
        return response

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("host") not in self.session.hosts:
            return PlainTextResponse("Hôte inconnu.", 421)
        origin = request.headers.get("origin")
        ours = {f"http://{host}" for host in self.session.hosts}
        if origin is not None and origin not in ours:
            return PlainTextResponse("Cette page ne répond qu'à elle-même.", 403)
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return PlainTextResponse("Cette page ne répond qu'à elle-même.", 403)
        if request.method not in ("GET", "HEAD") and (
            origin is None or request.headers.get("content-type", "").partition(";")[0] != "application/json"
        ):
            return PlainTextResponse("Requête refusée.", 403)
        return None

    def _entrance(self, request: Request) -> Response | None:
        """The token leaves the address at once: it goes to a cookie that no script reads."""
        if (
            self.session.is_ours(request.cookies.get(self.session.cookie))
            and "token" not in request.query_params
        ):
            return None
        if self.session.is_ours(request.query_params.get("token")):
            response = RedirectResponse("/", 303)
            response.set_cookie(
                self.session.cookie, self.session.token, httponly=True, samesite="strict", path="/"
            )
            return response
        return PlainTextResponse("Ouvrez l'adresse complète affichée par « enquete review ».", 401)
