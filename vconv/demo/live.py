"""Live conversion over a WebSocket.

The query has `voice`, `target`, `semitones`, `strength` and `rate` in Hz. The server first sends a text:
{"latency_ms", "terms": [[name, milliseconds], …]}, or {"error": sentence} before it closes. The client then sends
binary messages, float32 samples of little-endian byte order, and gets such messages back as soon as samples are
converted. All messages are answered in their order. The texts of the client are:

- {"ping": any} → {"pong": the same, "f0_hz": [source, converted], "notes": [sentence, …]}
- {"target", "semitones", "strength"} changes the conversion, {"bypass": true or false} switches it off or on
- {"end": true} → the rest of the samples; then the server closes.
"""

import asyncio
import contextlib
import json

import numpy as np
from starlette.websockets import WebSocketDisconnect

from vconv.common.errors import VconvError
from vconv.demo.queries import controls_of, rate_of
from vconv.streaming.converter import StreamingConverter

SAMPLE = np.dtype("<f4")
CLOSED_AFTER_ERROR = 1008


class Live:
    """The handler of WebSockets; one live conversion runs at a time.

    Parameters
    ----------
    voices : vconv.demo.voices.Voices
    """

    def __init__(self, voices):
        self._voices, self._busy = voices, False

    async def answer(self, websocket):
        """Convert the sound of one client until it ends."""
        with contextlib.suppress(WebSocketDisconnect):
            await websocket.accept()
            try:
                with self._place():
                    await self._converse(websocket)
            except VconvError as error:
                await websocket.send_json({"error": str(error)})
                await websocket.close(CLOSED_AFTER_ERROR)

    @contextlib.contextmanager
    def _place(self):
        """Hold the only place while the block runs; VconvError if it is taken."""
        if self._busy:
            raise VconvError("somebody else is using the live conversion; try again later")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    async def _converse(self, websocket):
        """Convert until the client ends the stream."""
        notes = []
        stream = await asyncio.to_thread(self._open, websocket.query_params, notes.append)
        await websocket.send_json({"latency_ms": stream.latency.ms, "terms": stream.latency.terms})
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (sound := message.get("bytes")) is not None:
                await _send_sound(websocket, await asyncio.to_thread(stream.push, _samples(sound)))
                continue
            order = _order(message["text"])
            if "ping" in order:
                answer = {"pong": order["ping"], "f0_hz": [float(f0_hz) for f0_hz in stream.f0_hz]}
                await websocket.send_json(answer | {"notes": notes})
                notes.clear()
            elif "bypass" in order:
                stream.bypass = bool(order["bypass"])
            elif "end" in order:
                await _send_sound(websocket, await asyncio.to_thread(stream.flush))
                return await websocket.close()
            else:
                stream.change(str(order.get("target", "")), controls_of(order))

    def _open(self, query, report):
        """Return the `StreamingConverter` that a query asks for; VconvError if it cannot be."""
        converter = self._voices.choose(query.get("voice", "")).converter
        rate, controls = rate_of(query), controls_of(query)
        return StreamingConverter(converter, query.get("target", ""), rate=rate, controls=controls, report=report)


def _samples(sound):
    """Return the samples, float64 [n], of a binary message."""
    if len(sound) % SAMPLE.itemsize:
        raise VconvError(f"a message of {len(sound)} bytes holds no whole float32 samples; send 4 bytes a sample")
    return np.frombuffer(sound, SAMPLE).astype(np.float64)


def _order(text):
    """Return the object that a text message holds."""
    try:
        order = json.loads(text)
    except ValueError:
        order = None
    if not isinstance(order, dict):
        raise VconvError("a text message must be a JSON object")
    return order


async def _send_sound(websocket, y):
    """Send samples [n], unless there are none."""
    if len(y):
        await websocket.send_bytes(y.astype(SAMPLE).tobytes())
