"""The pages: draw, learn, train, a lesson, an exhibit alone, the REST documentation; and the built files behind."""

import json
from typing import Any, Final

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from convnets.catalogue import CATALOGUE, DEFAULT
from convnets.resources import data_folder
from receptive import assets, exhibits, words
from receptive.lessons import PICTURES, Shelf
from receptive.routes.cookies import cookie

TEMPLATES: Final = data_folder("receptive", "templates")
READING: Final = ["GET", "HEAD"]
YEAR: Final = 365 * 24 * 3600  # seconds

environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language(request: Request) -> str:
    """The language of a page: from the query string, else from the cookie, else from Accept-Language."""
    for choice in (request.query_params.get("lang"), cookie(request.scope, "lang")):
        if choice in words.LANGUAGES:
            return choice
    return words.preferred(request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A template in the visitor's language."""
    lang = language(request)
    other = next(each for each in words.LANGUAGES if each != lang)

    def say(key: str, **filled: object) -> str:
        return words.say(lang, key, **filled)

    try:
        html = environment.get_template(template).render(
            lang=lang,
            other=other,
            other_url=str(request.url.include_query_params(lang=other).replace(scheme="", netloc="")),
            here=request.url.path,
            say=say,
            asset=assets.asset,
            entry=assets.entry,
            **values,
        )
    except assets.NotBuilt as error:
        return Response(str(error), status_code=503, media_type="text/plain")
    response = HTMLResponse(html, status_code=status, headers={"Vary": "Accept-Language, Cookie"})
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = "zh-Hans" if lang == "zh" else "en"
    if request.query_params.get("lang") == lang:
        response.set_cookie("lang", lang, max_age=YEAR, samesite="lax")
    return response


def page_data(lang: str) -> Markup:
    """The data that the draw page's script starts with, as JSON that is safe inside a script element."""
    networks = [{"name": network.name, "title": network.title} for network in CATALOGUE.values()]
    data = {"lang": lang, "socket": "/live", "models": networks, "default": DEFAULT}
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704  < is escaped


def draw(request: Request) -> Response:
    """The main page: the live network, and the path of lessons that begins with it."""
    lang = language(request)
    return page(request, "draw.html.j2", page_data=page_data(lang), lessons=shelf(request).lessons(lang))


def learn(request: Request) -> Response:
    """The list of lessons."""
    return page(request, "learn.html.j2", lessons=shelf(request).lessons(language(request)))


def lesson(request: Request) -> Response:
    """Show a lesson; for a file that cannot be read, a page with the reason."""
    found = shelf(request).lesson(request.path_params["name"], language(request))
    if found is None:
        return picture(request)
    if found.problem:
        return page(request, "broken.html.j2", status=422, lesson=found)
    return page(request, "lesson.html.j2", lesson=found, body=Markup(found.html))  # noqa: S704  markup.render escapes


def picture(request: Request) -> Response:
    """A picture that a teacher's lesson shows."""
    found = shelf(request).picture(request.path_params["name"], language(request))
    if found is None:
        return missing(request)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"}
    return FileResponse(found, media_type=PICTURES[found.suffix.lower()], headers=headers)


async def exhibit(request: Request) -> Response:
    """Show one exhibit, in the state that the query string sets."""
    found = exhibits.EXHIBITS.get(request.path_params["name"])
    if found is None:
        return missing(request)
    attributes = exhibits.attributes(request.query_params.multi_items())
    return page(request, "exhibit.html.j2", exhibit=found, attributes=attributes)


async def train(request: Request) -> Response:
    """Show the training lab, in the state that the query string sets."""
    return page(request, "train.html.j2", attributes=exhibits.attributes(request.query_params.multi_items()))


async def docs(request: Request) -> Response:
    """The REST documentation."""
    return page(request, "docs.html.j2")


def wanted(request: Request) -> bool:
    """True if the request comes from a browser, which is better served a page than JSON."""
    return request.method in READING and "text/html" in request.headers.get("accept", "")


def missing(request: Request) -> Response:
    """The page of a 404."""
    return page(request, "missing.html.j2", status=404)


def join(request: Request) -> Response:
    """The page of a visitor without the token."""
    return page(request, "join.html.j2", status=401)


def shelf(request: Request) -> Shelf:
    """The lessons of this server."""
    return Shelf(request.app.state.settings.lessons)


def routes() -> list[BaseRoute]:
    """The pages and the built files behind them; none of these is in the REST documentation."""
    pages = (
        ("/", draw),
        ("/learn", learn),
        ("/learn/{name}", lesson),
        ("/learn/{name:path}", picture),
        ("/exhibits/{name}", exhibit),
        ("/train", train),
        ("/docs", docs),
    )
    standing = [Route(path, answer, methods=READING, include_in_schema=False) for path, answer in pages]
    return [*standing, Mount("/static", assets.Assets(), name="static")]
