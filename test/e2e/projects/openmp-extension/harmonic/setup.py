from Cython.Build import cythonize
from setuptools import Extension, setup

parallel = ["-fopenmp"]
extension = Extension(
    "harmonic._sum", ["harmonic/_sum.pyx"], extra_compile_args=parallel, extra_link_args=parallel
)
setup(ext_modules=cythonize([extension]))
