"""Who may talk to the page, and what the page may do."""

from __future__ import annotations

import socket

import pytest
from starlette.testclient import TestClient

from habitat_enquete.errors import EnqueteError
from habitat_enquete.review.desk import Desk
from habitat_enquete.review.security import Session
from habitat_enquete.review.server import application, listener

OURS = "http://127.0.0.1:8123"


@pytest.fixture
def session() -> Session:
    return Session(8123, "jeton-d-essai")


@pytest.fixture
def client(desk: Desk, session: Session) -> TestClient:
    """Somebody on the machine who does not have the token."""
    return TestClient(application(desk, session), base_url=OURS, follow_redirects=False)


@pytest.fixture
def inside(client: TestClient, session: Session) -> TestClient:
    """The browser that followed the address."""
    client.cookies.set(session.cookie, session.token)
    return client


def test_without_the_token_nothing_is_told(client: TestClient) -> None:
    for path in ("/", "/api/study", "/api/text/E01", "/static/review.js"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert "loyer" not in answer.text


def test_a_wrong_token_is_refused(client: TestClient) -> None:
    assert client.get("/?token=autre").status_code == 401


def test_the_token_leaves_the_address_for_a_cookie_no_script_reads(
    client: TestClient, session: Session
) -> None:
    answer = client.get(f"/?token={session.token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    "host", ["evil.example:8123", "127.0.0.1:80", "127.0.0.1.evil.example", "0.0.0.0:8123"]
)
def test_a_host_that_is_not_ours_is_refused(inside: TestClient, host: str) -> None:
    assert inside.get("/api/study", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8123", "null"]
)
def test_an_origin_that_is_not_ours_is_refused(inside: TestClient, origin: str) -> None:
    assert inside.get("/api/study", headers={"origin": origin}).status_code == 403
    assert inside.post("/api/undo", json={}, headers={"origin": origin}).status_code == 403


def test_a_request_of_another_site_is_refused(inside: TestClient) -> None:
    assert inside.get("/api/study", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_write_needs_our_origin_and_json(inside: TestClient) -> None:
    assert inside.post("/api/undo", json={}).status_code == 403
    assert inside.post("/api/undo", data={"a": "b"}, headers={"origin": OURS}).status_code == 403
    assert inside.post("/api/undo", json={}, headers={"origin": OURS}).status_code == 409


def test_every_answer_forbids_what_the_page_does_not_need(inside: TestClient) -> None:
    for path in ("/", "/api/study", "/static/review.css", "/absent"):
        headers = inside.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "body", ["", "[", "[1]", '{"action": "accept", "codings": [{}]}', '{"action": "voler"}']
)
def test_a_request_that_means_nothing_is_a_sentence_not_a_traceback(inside: TestClient, body: str) -> None:
    answer = inside.post(
        "/api/decide", content=body, headers={"origin": OURS, "content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"][-1] == "."


def test_a_file_outside_the_page_is_not_served(inside: TestClient) -> None:
    for path in ("/static/../desk.py", "/static/%2e%2e/desk.py", "/static/..%2fdesk.py"):
        assert inside.get(path).status_code in (404, 405)


def test_an_unknown_text_is_told(inside: TestClient) -> None:
    answer = inside.get("/api/text/E99")
    assert answer.status_code == 409
    assert "n'a pas de texte « E99 »" in answer.json()["error"]


def test_a_port_already_taken_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(EnqueteError, match="est déjà pris"):
            listener(other.getsockname()[1])


def test_two_studies_open_at_once_do_not_take_each_others_place(client: TestClient, session: Session) -> None:
    assert session.cookie != Session(8124).cookie
    client.cookies.set(Session(8124).cookie, session.token)
    assert client.get("/api/study").status_code == 401


# Requests that no page of ours sends.
NONSENSE: list[object] = [
    {},
    [],
    {"action": "code", "document": "E01", "start": -5, "end": 3, "code": "loyer"},
    {"action": "code", "document": "E01", "start": 5, "end": 3, "code": "loyer"},
    {"action": "code", "document": "E01", "start": 0, "end": 10**9, "code": "loyer"},
    {"action": "code", "spans": "E01", "code": "loyer"},
    {"action": "accept", "codings": [{"id": "x", "version": None}]},
    {"action": "accept", "codings": 3},
    {"action": "accept", "suggestions": [{"document": "E01"}]},
    {"action": "accept", "texts": 7, "codings": []},
    {"action": "correct", "respondent": "E01", "episodes": [{"source": "E01!0:1", "rank": "un"}]},
    {"action": "add", "respondent": "E01", "document": "E99", "fields": {}},
    {"action": "add", "respondent": "E01", "document": "E01", "fields": 3},
    {"kind": "planet", "target": "E01", "text": "x"},
    {"edit": "set", "code": "loyer", "values": {"id": "x"}, "sha256": "0"},
    {"edit": 3, "sha256": None},
    {"code": "loyer", "value": "inconnu"},
    {"document": "E01", "start": "a", "end": 2, "turn": 0, "missed": 0},
]


@pytest.mark.parametrize("door", ["decide", "memo", "edit", "adopt", "audit", "episode"])
def test_whatever_is_asked_is_refused_with_a_sentence(inside: TestClient, door: str) -> None:
    for asked in NONSENSE:
        answer = inside.post(f"/api/{door}", json=asked, headers={"origin": OURS})
        assert answer.status_code in (400, 409)
        assert answer.json()["error"].endswith((".", "!"))
