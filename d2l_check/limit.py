"""A time limit for a learner's function, so that an endless loop gets a hint.

In the main thread an alarm of the system interrupts whatever runs, `time.sleep` and
`input` included. In other threads, and on Windows, Python itself has to run for the
limit to act: what waits in native code is interrupted when it comes back. Two things
can't be stopped at all: native code that never comes back, and a bare `except` in a
loop that catches whatever is raised.
"""

import contextlib
import ctypes
import os
import signal
import threading
import time

# Below the 30 seconds after which nbgrader gives up on a cell, so that the hint comes
# first.
SECONDS = 20
CHOICE = "D2L_CHECK_SECONDS"  # for a machine on which that isn't enough
AGAIN = 1  # seconds until the next attempt, if the first one was caught


class TimeUp(BaseException):
    """Raised inside of a function that has run for too long.

    It is no Exception, so that `except Exception` in a loop doesn't catch it.
    """


def seconds():
    """Return the limit in seconds: that of the environment, if it is a number."""
    with contextlib.suppress(ValueError):
        if (chosen := float(os.environ.get(CHOICE, ""))) > 0:
            return min(chosen, threading.TIMEOUT_MAX)
    return SECONDS


@contextlib.contextmanager
def time_limit(limit):
    """Raise TimeUp in the block once it has run for `limit` seconds."""
    in_main = threading.current_thread() is threading.main_thread()
    with (_alarm if in_main and hasattr(signal, "setitimer") else _watchdog)(limit):
        yield


@contextlib.contextmanager
def _alarm(limit):
    left, _interval = signal.getitimer(signal.ITIMER_REAL)
    if 0 < left < limit:  # somebody else's limit comes first
        yield
        return
    ringing = True

    def ring(_signal, _frame):
        if ringing:
            raise TimeUp

    handler, began = signal.signal(signal.SIGALRM, ring), time.monotonic()
    before = signal.setitimer(signal.ITIMER_REAL, limit, AGAIN)
    try:
        try:
            yield
        finally:
            ringing = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if before[0]:
            rest = max(before[0] - (time.monotonic() - began), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, rest, before[1])


@contextlib.contextmanager
def _watchdog(limit):
    thread, finished, one = threading.get_ident(), threading.Event(), threading.Lock()

    def send(kind):
        kind = None if kind is None else ctypes.py_object(kind)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)

    def watch():
        wait = limit
        while not finished.wait(wait):
            with one:
                if not finished.is_set():
                    send(TimeUp)
            wait = AGAIN

    threading.Thread(target=watch, name="time limit", daemon=True).start()
    try:
        yield
    finally:
        with one:
            finished.set()
            send(None)  # what was sent and hasn't arrived yet
