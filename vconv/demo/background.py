"""Functions in threads for which nobody waits when the process ends."""

import asyncio
import atexit
import contextlib
import os
import sys
import threading

NAME = "vconv-demo"  # of the threads


async def in_thread(function, *arguments):
    """Return the result of a function that another thread runs.

    `asyncio.to_thread` does the same, but its threads run to their end before the process ends.
    """
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def tell(setter, value):
        if not future.done():  # whoever waited may have been cancelled
            setter(value)

    def run():
        try:
            told = future.set_result, function(*arguments)
        except Exception as error:
            told = future.set_exception, error
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, *told)

    threading.Thread(target=run, name=NAME, daemon=True).start()
    return await future


def is_busy():
    """Return whether a function is still running."""
    return any(thread.name == NAME for thread in threading.enumerate())


def end_process(status):
    """End the process although functions are running.

    An ordinary end would crash if it met their threads in a library written in C++.
    """
    atexit._run_exitfuncs()  # removes the folders of voices that were made
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
