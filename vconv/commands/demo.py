"""Open a page in the browser that records, converts and plays, also live."""

import contextlib
import sys

from vconv.commands.options import INTERRUPTED, Whole, note

PORT, MINUTES, MEGABYTES = Whole(0, 65_535), Whole(1, 60), Whole(1, 1000)


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "--run",
        nargs="+",
        metavar="VOICE-OR-DIR",
        help="voices to offer: ready voices, .vconv files, run folders of trained models (default: all ready voices)",
    )
    sub.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen at; 0.0.0.0 lets other machines in (default: 127.0.0.1, this machine alone)",
    )
    sub.add_argument("--port", type=PORT, default=8000, metavar="N", help=f"{PORT}; 0 takes a free one (default: 8000)")
    sub.add_argument("--certificate", metavar="FILE", help="PEM file for HTTPS, with --key (default: HTTP)")
    sub.add_argument("--key", metavar="FILE", help="PEM file with the key of --certificate (default: HTTP)")
    sub.add_argument(
        "--max-minutes",
        type=MINUTES,
        default=5,
        metavar="N",
        help=f"longest recording that is converted, in minutes, {MINUTES} (default: 5)",
    )
    sub.add_argument(
        "--max-megabytes",
        type=MEGABYTES,
        default=50,
        metavar="N",
        help=f"largest upload, in megabytes, {MEGABYTES} (default: 50)",
    )
    sub.add_argument("--no-browser", action="store_true", help="do not open the page in the browser")


def run(options):
    """Run the command."""
    from vconv.demo import app, background, server, voices

    encrypted = bool(options.certificate or options.key)
    if encrypted:
        server.check_certificate(options.certificate, options.key)
    offered = voices.load(options.run)
    application = app.build(offered, options.host, app.Limits(options.max_minutes, options.max_megabytes))
    serving = server.server_of(application, options.certificate, options.key)
    with server.listen(options.host, options.port) as listening:
        url = server.address(listening, options.host, encrypted)
        if not server.is_loopback(options.host):
            note(_warnings(encrypted))
        print(f"{url} converts to {', '.join(offered)}; Ctrl-C ends it", flush=True)
        if not options.no_browser:
            server.open_browser(url)
        with contextlib.suppress(KeyboardInterrupt):  # the usual end
            serving.run(sockets=[listening])
        if background.is_busy():
            print("\nvconv: interrupted; the conversion that was running is lost", file=sys.stderr)
            background.end_process(INTERRUPTED)
        print()


def _warnings(encrypted):
    """Return what an address that other machines reach means."""
    yield "whoever reaches this machine can use the page; there is no password"
    if not encrypted:
        yield "browsers give the microphone to pages of other machines over HTTPS only; give --certificate and --key"
