"""So many requests in so many seconds, counted from the first one."""

import time


class Window:
    def __init__(self, limit, seconds, clock=time.monotonic):
        self.limit = limit
        self.seconds = seconds
        self.clock = clock
        self.began = {}
        self.count = {}

    def allow(self, client):
        now = self.clock()
        if now - self.began.get(client, -self.seconds) >= self.seconds:
            self.began[client] = now
            self.count[client] = 0
        self.count[client] += 1
        return self.count[client] <= self.limit
