"""Forwards requests to the backend, with a limit for each client."""

from limiter.window import Window

WINDOW = Window(limit=100, seconds=60)


def client_of(request):
    """Who sent the request."""
    return request.peer


def handle(request, backend):
    if not WINDOW.allow(client_of(request)):
        return 429, {}, b"slow down\n"
    return backend.send(request)
