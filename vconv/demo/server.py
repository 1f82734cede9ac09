"""The server process: its socket, its certificate, and the browser that opens the page."""

import ipaddress
import logging
import os
import socket
import ssl
import sys
import threading
import webbrowser

import uvicorn

from vconv.common.errors import VconvError

LARGEST_MESSAGE = 1 << 20  # bytes, of a WebSocket
MOST_CONNECTIONS = 64


class Server(uvicorn.Server):
    """A server that ends without waiting for answers that are still being made."""

    async def shutdown(self, sockets=None):
        """Close all connections; the log would have a traceback of each."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        await super().shutdown(sockets)


def is_loopback(host):
    """Return whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listen(host, port):
    """Return a socket that listens; VconvError if the address is not this machine's or the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise VconvError(
            f"--host {host} --port {port}: cannot be opened ({error.strerror or error}); choose another port, or an "
            "address of this machine"
        ) from error
    # asyncio switches off Nagle's algorithm, which delays small messages by 40 ms, only for what is declared to be TCP.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listening.detach())


def address(listening, host, encrypted):
    """Return the address of the page behind a socket that listens."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    port = listening.getsockname()[1]
    return f"http{'s' * encrypted}://{f'[{name}]' if ':' in name else name}:{port}/"


def check_certificate(certificate, key):
    """Raise a VconvError unless two files are a certificate and its key, in PEM format."""
    if not (certificate and key):
        raise VconvError("--certificate and --key belong together; give both or none")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:  # of ssl, too
        reason = getattr(error, "reason", None) or error.strerror or "a file is no PEM file or needs a password"
        raise VconvError(
            f"{certificate} and {key}: are no certificate and its key ({reason}); give two PEM files that belong "
            "together, without a password"
        ) from error


def server_of(app, certificate=None, key=None):
    """Return the `Server` of an application; its `run(sockets=[…])` serves until it is told to stop."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,  # speech hardly shrinks, and compression takes time
        lifespan="off",
        log_config=None,  # uvicorn's own would close the handlers of every library in this process
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=0,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    config.load()  # here, so that what is missing is told before the server begins
    return Server(config)


def open_browser(url):
    """Open the page in the user's browser, if this machine has a screen."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
