from Cython.Build import cythonize
from setuptools import Extension, setup

setup(ext_modules=cythonize([Extension("spectrum._fft", ["spectrum/_fft.pyx"], libraries=["fftw3"])]))
