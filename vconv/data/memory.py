"""The memory allocator of a training: freed memory is kept for the next step."""

import ctypes

M_TOP_PAD, M_MMAP_THRESHOLD = -2, -3  # of glibc's malloc.h
KEPT_BYTES = 256 << 20  # at the end of the heap
LARGEST_THRESHOLD = 32 << 20  # that glibc accepts


def keep_freed_memory():
    """Let glibc keep freed memory instead of returning it to the system; with another C library do nothing.

    When TensorFlow makes a generator dataset under Python 3.11 or later, it fixes M_MMAP_THRESHOLD at 128 KiB. Then
    each larger array is mapped, cleared by the system and unmapped again at every step, and a training of `matched`
    takes twice as long (`benchmarks/allocator.py`). Call this after that.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGEST_THRESHOLD)
        mallopt(M_TOP_PAD, KEPT_BYTES)
