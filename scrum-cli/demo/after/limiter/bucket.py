"""A token bucket: `rate` tokens a second, never more than `burst`."""

import threading
import time


class Bucket:
    def __init__(self, rate, burst, clock=time.time):
        self.rate = rate
        self.burst = burst
        self.clock = clock
        self.tokens = burst
        self.filled = clock()
        self.lock = threading.Lock()

    def fill(self):
        """Adds what has come in since the last time."""
        now = self.clock()
        self.tokens += (now - self.filled) * self.rate
        self.filled = now

    def take(self, count=1):
        """Takes tokens where there are enough, and says whether it did."""
        with self.lock:
            self.fill()
            if self.tokens > count:
                self.tokens -= count
                return True
            return False

    def seconds_until(self, count):
        """How long until there are so many tokens."""
        self.fill()
        return (count - self.tokens) / self.rate
