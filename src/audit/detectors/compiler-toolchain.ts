import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';
import { isInSitePackages } from '../places.ts';

// System packages that build software. `gcc-12-base`, `libgcc-s1`, `libstdc++6` and `libgomp1` are run-time packages and stay.
const packages: readonly RegExp[] = [
  /^build-essential$/,
  /^(?!.*-base$)(?:gcc|g\+\+|cpp|gfortran|gobjc|gcc-c\+\+|gcc-gfortran)(?:-[a-z0-9-]+)?$/,
  /^lib(?:gcc|stdc\+\+|gfortran|objc)-\d+-dev$/,
  /^(?:lto-disabled-list|libcc1-0|lib(?:a|l|t|ub)san\d+|libisl\d+|libmpc\d*|libmpfr\d+|libquadmath0-dev)$/,
  /^(?:binutils|libbinutils|libctf|libgprofng)/,
  /^(?:clang|llvm|lld|lldb|rustc|cargo|golang|ghc)(?:-[0-9.]+)?(?:-[a-z-]+)?$/,
  /^(?:make|cmake|cmake-data|cmake-filesystem|ninja-build|meson|autoconf|automake|autotools-dev|libtool|m4|bison|flex|patch|pkg-config|pkgconf|pkgconf-bin|swig|dpkg-dev|fakeroot|debhelper|rpm-build|redhat-rpm-config|annobin)$/,
  /^(?:libc6-dev|libc-dev-bin|libc-devtools|linux-libc-dev|libcrypt-dev|libnsl-dev|libtirpc-dev|rpcsvc-proto|manpages-dev)$/,
  /^(?:musl-dev|build-base|libc-dev|linux-headers|fortify-headers|file-dev|libmagic-dev)$/,
  /^lib[a-z0-9.+-]+-dev$/,
  /^(?:python3(?:\.\d+)?-dev|[a-z0-9.+-]+-dev)$/,
  // RPM
  /^[\w.+-]+-devel$|^(?:glibc|kernel)-headers$/,
  // Conda; ld_impl_* belongs to Conda's Python
  /^(?:gcc|gxx|gfortran|clang|clangxx|binutils)(?:_impl)?_[a-z]+-\w+$|^(?:sysroot|kernel-headers)_[a-z]+-\w+$|^(?:compilers|c-compiler|cxx-compiler|fortran-compiler)$/,
  // CUDA: cuda-nvcc-12-4, cuda-cudart-dev-12-4, libcublas-dev-12-4, libcudnn9-dev-cuda-12
  /^cuda-(?:.*-dev|nvcc|crt|nvvm|nvprune|cuobjdump|cccl|command-line-tools|compiler|minimal-build|profiler-api|sanitizer|gdb|toolkit|visual-tools|nsight\w*)(?:-\d+-\d+)?$|^lib[a-z0-9]+-dev-(?:cuda-)?\d+(?:-\d+)?$/,
];

// Toolchains that are unpacked rather than installed.
const unpacked =
  /^usr\/local\/(?:go|rustup)\/|(?:^|\/)\.rustup\/(?:toolchains|downloads)\/|(?:^|\/)\.cargo\/bin\/|^usr\/local\/cargo\/bin\/|^usr\/local\/cuda(?:-[\d.]+)?\/(?:nvvm|compute-sanitizer)\/|^opt\/(?:cmake|gcc|llvm)[^/]*\//;

const cudaPrograms = /^usr\/local\/cuda(?:-[\d.]+)?\/bin\/$/;
const cudaCompiler = /^(?:nvcc|cicc|ptxas|nvlink|fatbinary|bin2c|cudafe\+\+|cuda-gdb)/;

/** Files of system packages that compile, link or configure software, and of toolchains that were unpacked. */
export const compilerToolchain: FileDetector = {
  name: 'compiler-toolchain',
  prepare: (subject) => {
    const isUnpacked = onceADirectory((directory) => unpacked.test(directory));
    const judged = new Map<string, boolean>();
    const isPythonCode = onceADirectory(isInSitePackages);
    return ({ entry }, { directory, name }) => {
      if (isPythonCode(directory)) return undefined;
      const owner = subject.packageOf(entry.path);
      if (owner === undefined) {
        const isCompiler = isUnpacked(directory) || (cudaPrograms.test(directory) && cudaCompiler.test(name));
        return isCompiler ? { kind: 'compiler-toolchain' } : undefined;
      }
      let isTool = judged.get(owner.name);
      if (isTool === undefined) {
        isTool = packages.some((pattern) => pattern.test(owner.name));
        judged.set(owner.name, isTool);
      }
      // Toolchains are many small packages: one finding a layer says more than forty.
      return isTool ? { kind: 'compiler-toolchain' } : undefined;
    };
  },
};
