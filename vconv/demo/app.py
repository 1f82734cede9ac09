"""The web application: the page, its data, and what it makes of uploads. No recording is kept after an answer."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route, WebSocketRoute

from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.demo import new_voice, recordings
from vconv.demo.guard import Guard
from vconv.demo.live import Live
from vconv.demo.queries import controls_of
from vconv.demo.queue import Full, Queue
from vconv.demo.voices import Voices

FOLDER = Path(__file__).parent
PAGE = {"page.html": "text/html", "page.css": "text/css"} | {
    path.name: "text/javascript" for path in sorted(FOLDER.glob("*.js"))
}
NOTICE_S = 0.05  # in which the server notices that a connection is closed
DEFECT = "the conversion failed by a defect of vconv; the terminal of `vconv demo` has the details, please report them"


class Limits(NamedTuple):
    """The longest upload, in minutes, and the largest, in megabytes (10^6 bytes)."""

    minutes: int = 5
    megabytes: int = 50


LIMITS = Limits()


class Demo:
    """The handlers of requests.

    Parameters
    ----------
    voices : vconv.demo.voices.Voices
    limits : Limits
    """

    def __init__(self, voices, limits):
        self._voices, self._limits, self._queue = voices, limits, Queue()

    async def about(self, request):
        """Answer with the voices and limits."""
        limits = self._limits._asdict()
        return JSONResponse({"voices": self._voices.about, "limits": limits, "version": __version__})

    async def place(self, request):
        """Answer with the number of requests ahead of the query's `ticket`."""
        return JSONResponse({"ahead": self._queue.ahead(request.query_params.get("ticket"))})

    async def convert(self, request):
        """Convert the body, a recording, to the query's `target`."""
        target, controls = request.query_params.get("target", ""), controls_of(request.query_params)
        return await self._answer(
            request, lambda voice, *upload: recordings.convert(voice.converter, *upload, target, controls)
        )

    async def convert_to_all(self, request):
        """Convert the beginning of the body, a recording, to all speakers of the query's `voice`."""
        controls = controls_of(request.query_params)
        return await self._answer(
            request, lambda voice, *upload: recordings.convert_to_all(voice.converter, *upload, controls)
        )

    async def add_speaker(self, request):
        """Make a voice: the query's `voice` and its new `speaker`, of whom the body is a recording."""
        speaker = request.query_params.get("speaker", "")
        if request.query_params.get("consent") != "yes":
            raise VconvError("a voice is made only if its owner agrees; confirm that first")
        return await self._answer(request, lambda voice, *upload: new_voice.make(voice, *upload, self._voices, speaker))

    async def voice(self, request):
        """Answer with the file of the query's `voice`."""
        voice = self._voices.choose(request.query_params.get("voice", ""))
        if not voice.about["adaptable"]:
            raise VconvError(f"{voice.about['title']}: has no file with a codebook; choose a voice that has one")
        return FileResponse(voice.trained.path, filename=voice.trained.path.name)

    async def _answer(self, request, function):
        """Answer with the result of a function of (`DemoVoice`, path, longest minutes) on the body of a request."""
        query = request.query_params
        voice, ticket = self._voices.choose(query.get("voice", "")), query.get("ticket", object())
        with tempfile.TemporaryDirectory(prefix="vconv-demo-", ignore_cleanup_errors=True) as folder:
            path = Path(folder, "recording")
            try:
                with self._queue.place(ticket):
                    await self._store(request, path)
                    arguments = voice, path, self._limits.minutes
                    result = await self._queue.run(partial(_has_left, request), function, *arguments)
            except Full as error:
                async for _ in request.stream():  # a client that is still sending would not read the answer
                    pass
                raise HTTPException(503, "too many requests are waiting; try again in a minute") from error
            except VconvError as error:
                raise VconvError(str(error).replace(str(path), "the recording")) from error
        return JSONResponse(result)

    async def _store(self, request, path):
        """Write the body of a request to a file; HTTPException 413 if it is too large."""
        size, largest = 0, 1_000_000 * self._limits.megabytes
        with open(path, "wb") as file:
            async for part in request.stream():
                size += len(part)
                if size <= largest:
                    await asyncio.to_thread(file.write, part)
        if size > largest:
            raise HTTPException(
                413, f"the recording has more than {self._limits.megabytes} MB; cut it, or save it as FLAC, Ogg or MP3"
            )
        if not size:
            raise VconvError("the recording is empty; record something or choose a file")


async def _has_left(request):
    """Return whether the client of a request has closed the connection."""
    # The server reads nothing from a connection after a large upload, until it is asked; then it needs a moment.
    await request.is_disconnected()
    await asyncio.sleep(NOTICE_S)
    return await request.is_disconnected()


def build(offered, host, limits=LIMITS):
    """Return the ASGI application.

    Parameters
    ----------
    offered : dict
        Name → `voices.DemoVoice`.
    host : str
        The address at which it is served, as of `guard.Guard`.
    limits : Limits
    """
    known = Voices(offered)
    demo = Demo(known, limits)
    routes = [
        Route("/api/about", demo.about),
        Route("/api/place", demo.place),
        Route("/api/convert", demo.convert, methods=["POST"]),
        Route("/api/convert-to-all", demo.convert_to_all, methods=["POST"]),
        Route("/api/add-speaker", demo.add_speaker, methods=["POST"]),
        Route("/api/voice", demo.voice),
        WebSocketRoute("/api/live", Live(known).answer),
        Route("/", _page("page.html")),
        *(Route(f"/{name}", _page(name)) for name in PAGE),
    ]
    handlers = {VconvError: _mistake, HTTPException: _refused, Exception: _defect}
    return Guard(Starlette(routes=routes, exception_handlers=handlers), host)


def _page(name):
    """Return the handler that answers with a file of this folder."""

    async def answer(request):
        return FileResponse(FOLDER / name, media_type=PAGE[name])

    return answer


async def _mistake(request, error):
    """Answer a mistake that the user can mend."""
    return JSONResponse({"error": str(error)}, 400)


async def _refused(request, error):
    """Answer what HTTP has a status for."""
    return JSONResponse({"error": error.detail}, error.status_code)


async def _defect(request, error):
    """Answer any other error, whose traceback is logged."""
    return JSONResponse({"error": DEFECT}, 500)
