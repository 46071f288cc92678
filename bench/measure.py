"""Prints `name seconds` for every batch: seconds of one call, less those of an empty loop."""

import time

BATCHES = 15


def seconds(loop, n):
    start = time.perf_counter()
    loop(n)
    return time.perf_counter() - start


def empty(n):
    for _ in range(n):
        pass


def measure(name, loop, n):
    loop(min(n, 100))
    for _ in range(BATCHES):
        print(name, (seconds(loop, n) - seconds(empty, n)) / n)
