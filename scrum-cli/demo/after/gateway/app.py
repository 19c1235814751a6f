"""Forwards requests to the backend, with a limit for each client."""

import threading

from limiter.bucket import Bucket

RATE = 5
BURST = 20

BUCKETS = {}
LOCK = threading.Lock()


def client_of(request):
    """Who sent the request, also behind our proxy."""
    forwarded = request.headers.get("X-Forwarded-For")
    if forwarded:
        return forwarded.split(",")[0].strip()
    return request.peer


def bucket_of(client):
    with LOCK:
        if client not in BUCKETS:
            BUCKETS[client] = Bucket(RATE, BURST)
    return BUCKETS[client]


def handle(request, backend):
    bucket = bucket_of(client_of(request))
    if not bucket.take():
        wait = bucket.seconds_until(1)
        return 429, {"Retry-After": str(int(wait))}, b"slow down\n"
    return backend.send(request)
