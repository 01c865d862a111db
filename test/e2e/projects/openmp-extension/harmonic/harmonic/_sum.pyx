# cython: language_level=3
from cython.parallel import prange


def harmonic(int terms):
    cdef double total = 0
    cdef int term
    for term in prange(1, terms + 1, nogil=True):
        total += 1.0 / term
    return total
