# cython: language_level=3
from libc.stdlib cimport free, malloc

cdef extern from "fftw3.h":
    ctypedef double fftw_complex[2]
    ctypedef struct fftw_plan_s:
        pass
    ctypedef fftw_plan_s *fftw_plan
    unsigned FFTW_ESTIMATE
    fftw_plan fftw_plan_dft_r2c_1d(int n, double *source, fftw_complex *target, unsigned flags)
    void fftw_execute(const fftw_plan plan)
    void fftw_destroy_plan(fftw_plan plan)


def power(list samples):
    """The power of each frequency of a real signal."""
    cdef int n = len(samples)
    cdef double *source = <double *>malloc(n * sizeof(double))
    cdef fftw_complex *target = <fftw_complex *>malloc((n // 2 + 1) * sizeof(fftw_complex))
    cdef fftw_plan plan = fftw_plan_dft_r2c_1d(n, source, target, FFTW_ESTIMATE)
    try:
        for at in range(n):
            source[at] = samples[at]
        fftw_execute(plan)
        return [target[at][0] ** 2 + target[at][1] ** 2 for at in range(n // 2 + 1)]
    finally:
        fftw_destroy_plan(plan)
        free(source)
        free(target)
