"""The queue of a server: one conversion at a time, the others wait in the order in which they came."""

import asyncio
import contextlib

from vconv.demo.background import in_thread

PLACES = 5  # the conversion that runs and those that wait


class Full(Exception):
    """All places of the queue are taken."""


class Queue:
    """The places of a queue, and who is at which."""

    def __init__(self, places=PLACES):
        self._places, self._tickets, self._turn = places, [], asyncio.Lock()

    def ahead(self, ticket):
        """Return how many places are ahead of a ticket; None if it has no place."""
        return self._tickets.index(ticket) if ticket in self._tickets else None

    @contextlib.contextmanager
    def place(self, ticket):
        """Hold a place for a ticket, any object, while the block runs; `Full` if there is none."""
        if len(self._tickets) >= self._places:
            raise Full
        self._tickets.append(ticket)
        try:
            yield
        finally:
            self._tickets.remove(ticket)

    async def run(self, is_gone, function, *arguments):
        """Return the result of a function that another thread runs when it is its turn.

        If `await is_gone()` is true by then, nobody waits for the result: the function is not run.
        """
        async with self._turn:
            return None if await is_gone() else await in_thread(function, *arguments)
