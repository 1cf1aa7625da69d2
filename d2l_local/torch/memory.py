"""Keep freed memory in the process, so that training doesn't fault it in again."""

import ctypes
import functools

# The parameters of mallopt(3), from glibc's malloc.h.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


@functools.cache
def keep_freed_memory():
    """Tell glibc not to hand freed buffers back to the system at every step.

    The LSTM kernels of PyTorch on a CPU take and free scratch buffers of a few MiB
    at each step. By default glibc returns them to the system at once, and the next
    step pays for thousands of page faults. Raising both thresholds keeps the
    buffers; raising only one of them is slower than raising none. Returns True where
    it took effect, False on systems without glibc (macOS, Windows, musl), where
    nothing needs doing. Runs once per process; the memory stays bounded by the
    largest amount that was ever in use.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    # mallopt answers 1 for success. 32 MiB is the largest mmap threshold it takes.
    return bool(
        mallopt(M_MMAP_THRESHOLD, 32 * 2**20) and mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    )
