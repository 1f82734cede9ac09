"""Who may ask the server, and what a browser may do with its pages.

A foreign page in the user's browser can send requests to a server on the same machine. By DNS rebinding, its own host
name can even point there. So the header Host must be an address of this server, and Origin, if any, must be the same.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WEBSOCKET_REFUSED = 1008  # policy violation
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """An ASGI application that refuses requests of strangers and passes others on.

    Parameters
    ----------
    app : callable
        The application behind it.
    host : str
        The address at which the server listens. With "0.0.0.0" or "::", any IP address and this machine's name are
        allowed in the header Host.
    """

    def __init__(self, app, host):
        self._app, self._names = app, {*LOOPBACK, host.lower()}
        self._everywhere = host in ("0.0.0.0", "::")
        if self._everywhere:
            self._names.add(socket.gethostname().lower())

    async def __call__(self, scope, receive, send):
        """Answer a request or a WebSocket."""
        refusal = self._refusal(Headers(scope=scope), scope["type"])
        if refusal and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": WEBSOCKET_REFUSED})
        elif refusal:
            await JSONResponse({"error": refusal}, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refusal(self, headers, kind):
        """Return the sentence that refuses a request with these headers; None if it is allowed."""
        host = headers.get("host", "")
        if not self._is_own(_name_of(host)):
            return f"{host[:100]!r} is no address of this server; open the address that `vconv demo` printed"
        origin = headers.get("origin")
        if (origin is None and kind == "websocket") or (origin is not None and urlsplit(origin).netloc != host):
            return "the request comes from another page; open the page of this server"
        return None

    def _is_own(self, name):
        """Return whether a host name is one of this server."""
        return name in self._names or (self._everywhere and _is_ip_address(name))


def _name_of(host):
    """Return the name in a header Host, without the port; None if it is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_ip_address(name):
    """Return whether a host name is a numeric address, which DNS rebinding cannot use."""
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _with_headers(send):
    """Return `send` that adds `HEADERS` to each response."""

    async def send_with_headers(message):
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return send_with_headers
