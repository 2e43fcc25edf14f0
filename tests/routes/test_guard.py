"""The guard: every door refuses a wrong Host, a wrong Origin and a missing token; bodies are bounded."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from receptive.routes import cookies, health
from receptive.server import create
from receptive.settings import Settings
from tests.serving import TOKEN, Running, running

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def doors(app: FastAPI) -> list[tuple[str, str]]:
    """Every (method, path) of the application, mounts and sockets included."""

    def below(routes: list[BaseRoute], prefix: str) -> Iterator[tuple[str, str]]:
        for route in routes:
            path = prefix + getattr(route, "path", "")
            if isinstance(route, WebSocketRoute):
                yield "WS", path
            elif isinstance(route, Route):
                for method in sorted(route.methods or {"GET"}):
                    yield method, path
            elif isinstance(route, Mount):
                yield "GET", f"{path}/anything"
                yield from below(list(route.routes), path)
            else:
                inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", [])
                assert inner, f"{route} is a kind of route that this walk does not know"
                included = getattr(route, "include_context", None)  # a router inside another has its prefix there
                yield from below(list(inner), prefix + getattr(included, "prefix", ""))

    found = sorted(set(below(list(app.routes), "")))
    return [(method, path.replace("{name}", "lenet5").replace("{", "").replace("}", "")) for method, path in found]


@pytest.fixture(scope="module")
def guarded(weights: Path) -> Iterator[Running]:
    """A server that wants a token."""
    with running(weights, token=TOKEN, allowed_origins=["https://school.example"]) as server:
        yield server


Ask = Callable[[str, str, dict[str, str]], int]


@pytest.fixture
def ask(guarded: Running) -> Iterator[Ask]:
    """The status of a route for a method, a path and headers; 101 for a socket that opens."""
    with httpx2.Client(base_url=guarded.url, timeout=30) as client:

        def status_of(method: str, path: str, headers: dict[str, str]) -> int:
            if method == "WS":
                given = {**headers}
                host = given.pop("Host", None)
                return _socket_status(guarded, path, given, host)
            answer = client.request(method, path, headers=headers)
            if answer.status_code in (401, 403, 421) and method != "HEAD":
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["status"] == answer.status_code
            return answer.status_code

        yield status_of


def _socket_status(server: Running, path: str, headers: dict[str, str], host: str | None) -> int:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host or f'127.0.0.1:{server.port}'}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        return int(connection.recv(4096).split()[1])


def test_the_walk_finds_every_kind_of_door(guarded: Running) -> None:
    found = doors(guarded.app)
    assert ("WS", "/live") in found
    assert ("POST", "/predict") in found
    assert ("POST", "/operations/convolution/matrix") in found
    assert ("GET", "/") in found
    assert ("GET", "/openapi.json") in found
    assert any(path.startswith("/static/") for _, path in found)
    for path in guarded.app.openapi()["paths"]:
        assert any(known == path.replace("{name}", "lenet5").replace("{", "").replace("}", "") for _, known in found)


def test_every_door_refuses_a_wrong_host(guarded: Running, ask: Ask) -> None:
    for method, path in doors(guarded.app):
        assert ask(method, path, {**BEARER, "Host": "evil.example"}) == 421, (method, path)


def test_every_door_refuses_a_wrong_origin(guarded: Running, ask: Ask) -> None:
    for method, path in doors(guarded.app):
        assert ask(method, path, {**BEARER, "Origin": "https://evil.example"}) == 403, (method, path)


def test_every_door_refuses_a_missing_and_a_wrong_token(guarded: Running, ask: Ask) -> None:
    for method, path in doors(guarded.app):
        if path == health.PATH:
            continue
        assert ask(method, path, {}) == 401, (method, path)
        assert ask(method, path, {"Authorization": "Bearer wrong-token"}) == 401, (method, path)


def test_no_door_is_shut_to_who_may_pass(guarded: Running, ask: Ask) -> None:
    own = {**BEARER, "Origin": guarded.url}
    for method, path in doors(guarded.app):
        assert ask(method, path, own) not in (401, 403, 421), (method, path)
    assert _socket_status(guarded, "/live", own, None) == 101


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example", "localhost.evil.example:{port}",
     "127.0.0.1:{port}@evil", "[::1", "::1:{port}", "", "user@localhost:{port}", "localhost:{port}:80",
     "127.0.0.1:0{port}", "localhost:00{port}", "localhost:+{port}", "localhost:"],
)  # fmt: skip
def test_a_host_that_only_looks_like_ours_is_refused(untrained: Running, host: str) -> None:
    host = host.format(port=untrained.port)
    assert httpx2.get(f"{untrained.url}/models", headers={"Host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_our_own_names_pass(untrained: Running, host: str) -> None:
    host = host.format(port=untrained.port)
    assert httpx2.get(f"{untrained.url}/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["null", "http://127.0.0.1", "http://127.0.0.1:{port}.evil.example", "file://", ""])
def test_an_origin_that_is_not_ours_is_refused(untrained: Running, origin: str) -> None:
    origin = origin.format(port=untrained.port)
    assert httpx2.get(f"{untrained.url}/models", headers={"Origin": origin}).status_code == 403


def test_a_join_link_sets_a_cookie_and_leads_to_the_clean_address(guarded: Running) -> None:
    with httpx2.Client(base_url=guarded.url) as client:
        answer = client.get(f"/models?token={TOKEN}&lang=zh")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/models?lang=zh"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite" in cookie
        assert client.get("/models").status_code == 200
        session = {"Cookie": cookie.partition(";")[0], "Origin": guarded.url}
    assert _socket_status(guarded, "/live", session, None) == 101
    assert httpx2.get(f"{guarded.url}/models?token=wrong-token").status_code == 401


def test_a_join_link_leads_nowhere_else(guarded: Running) -> None:
    answer = httpx2.get(f"{guarded.url}//evil.example/?token={TOKEN}")
    assert answer.headers["location"] == "/evil.example/"


def test_another_site_that_was_allowed_may_ask(guarded: Running) -> None:
    origin = {"Origin": "https://school.example"}
    answer = httpx2.get(f"{guarded.url}/models", headers={**BEARER, **origin})
    assert answer.headers["access-control-allow-origin"] == "https://school.example"
    preflight = httpx2.options(f"{guarded.url}/predict", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204


def test_a_server_that_others_can_reach_is_not_made_without_a_token() -> None:
    app = create(Settings(host="0.0.0.0"))
    with pytest.raises(ValueError, match="token"):
        app.build_middleware_stack()


def test_every_answer_carries_the_headers_that_protect(untrained: Running) -> None:
    for path in ("/", "/models", "/nowhere", "/static/nothing.js"):
        headers = httpx2.get(untrained.url + path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "'unsafe-eval'" not in policy
        assert "unsafe-inline" not in policy.split("style-src")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


# --- cookies


def test_64_kb_of_backslashes_are_refused_unread(guarded: Running) -> None:
    cookie = f'receptive-{guarded.port}="' + 60_000 * "\\" + '"'
    answer = httpx2.get(f"{guarded.url}/models", headers={"Cookie": cookie})
    assert answer.status_code == 431
    assert answer.json()["why"] == {
        "code": "cookies-too-long", "values": {"bytes": len(cookie), "most": cookies.LONGEST},
    }  # fmt: skip


def test_many_cookie_headers_are_as_long_as_they_are_together(guarded: Running) -> None:
    lines = [("Cookie", "a=" + 1000 * "x")] * 9
    assert httpx2.get(f"{guarded.url}/models", headers=[*BEARER.items(), *lines]).status_code == 431


@pytest.mark.parametrize(
    "other",
    ['theme={"dark":true}', "a[b]=c", "user=René", "word", "x=a b c", "@x=1", "=", ";;", 'q="a;b"', "a=b=c",
     "$Version=1", '"', "é", "a,b=c", "x=\\073", "receptive=1", "Receptive-1=2", "x=" + 4000 * "\\"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["before", "after"])
def test_cookies_of_other_programs_lock_nobody_out(guarded: Running, other: str, place: str) -> None:
    own = f"receptive-{guarded.port}={TOKEN}"
    line = f"{other}; {own}" if place == "before" else f"{own}; {other}"
    answer = httpx2.get(f"{guarded.url}/models", headers={b"Cookie": line.encode("utf-8")})
    assert answer.status_code == 200


def test_no_cookie_is_read_by_pythons_own_parser() -> None:
    app = Path(__file__).parents[2] / "app"
    for path in app.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "SimpleCookie" not in source, path
        assert ".cookies.get(" not in source, path
        assert "request.cookies" not in source, path


def test_a_page_with_backslashes_in_its_cookies_costs_nothing(untrained: Running) -> None:
    name, parts = "lang", '"' + 8000 * "\\" + '"'
    scope = {"headers": [(b"cookie", f"{name}={parts}; x=1".encode())]}
    assert cookies.cookie(scope, "lang") == 8000 * "\\"
    assert httpx2.get(untrained.url, headers={"Cookie": f"{name}={parts}"}).status_code == 200


# --- other sites


CHANGING = [("POST", "/datasets/mnist/fetch"), ("POST", "/runs/x/stop"), ("POST", "/runs"), ("DELETE", "/drawings")]


@pytest.mark.parametrize(("method", "path"), CHANGING)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site", "anything"])
def test_a_request_of_another_site_without_an_origin_is_refused(
    untrained: Running, method: str, path: str, site: str
) -> None:
    headers = {"Sec-Fetch-Site": site, "Content-Type": "text/plain"}
    answer = httpx2.request(method, untrained.url + path, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["why"]["code"] == "other-site"


def test_every_door_refuses_another_site_without_an_origin(guarded: Running, ask: Ask) -> None:
    for method, path in doors(guarded.app):
        if method not in ("GET", "HEAD"):
            assert ask(method, path, {**BEARER, "Sec-Fetch-Site": "cross-site"}) == 403, (method, path)


def test_a_picture_of_another_site_reaches_nothing_and_a_link_does(untrained: Running) -> None:
    for path in ("/", "/models", "/datasets", "/static/nothing.js"):
        picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
        assert httpx2.get(untrained.url + path, headers=picture).status_code == 403
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert httpx2.get(untrained.url + path, headers=link).status_code != 403
    assert _socket_status(untrained, "/live", {"Sec-Fetch-Site": "cross-site"}, None) == 403


def test_a_site_that_was_allowed_may_load_pictures_and_change_things_with_its_origin(guarded: Running) -> None:
    site = {**BEARER, "Sec-Fetch-Site": "cross-site"}
    assert httpx2.get(f"{guarded.url}/samples/0.png", headers=site).status_code in (200, 503)
    assert httpx2.post(f"{guarded.url}/drawings", json={}, headers=site).status_code == 403
    named = {**site, "Origin": "https://school.example"}
    assert httpx2.post(f"{guarded.url}/drawings", json={}, headers=named).status_code == 422


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_that_any_site_may_send_is_read_by_no_route_that_does_not_say_so(untrained: Running, kind: str) -> None:
    document = untrained.app.openapi()["paths"]
    for path, methods in document.items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if method in ("get", "delete") or kind.partition(";")[0] in content:
                continue
            address = untrained.url + path.replace("{id}", "x").replace("{name}", "mnist")
            answer = httpx2.request(method, address, content=b"{}", headers={"Content-Type": kind})
            assert answer.status_code == 415, (method, path)
            assert answer.json()["why"]["code"] == "unread-type"


def test_a_join_link_is_kept_by_no_cache(guarded: Running) -> None:
    assert httpx2.get(f"{guarded.url}/?token={TOKEN}").headers["cache-control"] == "no-store"


# --- before torch


def test_nothing_that_is_imported_at_the_start_brings_torch() -> None:
    heavy = ("torch", "torchvision", "sklearn", "scipy", "pooch", "requests", "tensorboard", "kornia", "tqdm", "pandas")
    code = f"import receptive.server, receptive.cli, sys; found = set({heavy!r}) & sys.modules.keys(); "
    code += "assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(("lang", "sentence"), [("en", "This server needs its link"), ("zh-CN", "请用链接进入")])
def test_a_browser_without_the_token_gets_a_page_with_a_field_for_it(
    guarded: Running, lang: str, sentence: str
) -> None:
    headers = {"Accept": "text/html,*/*", "Accept-Language": lang}
    answer = httpx2.get(f"{guarded.url}/train", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert sentence in answer.text
    assert '<form action="/train" method="get">' in answer.text
    assert "<script" not in answer.text
    joined = httpx2.get(f"{guarded.url}/train?token={TOKEN}", headers=headers)
    assert (joined.status_code, joined.headers["location"]) == (303, "/train")
    assert httpx2.head(f"{guarded.url}/train", headers=headers).content == b""
