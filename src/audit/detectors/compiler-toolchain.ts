import type { FileDetector } from '../detector.ts';

// System packages that build software. `gcc-12-base`, `libgcc-s1`, `libstdc++6` and `libgomp1` are run-time packages and stay.
const toolchain: readonly RegExp[] = [
  /^build-essential$/,
  /^(?!.*-base$)(?:gcc|g\+\+|cpp|gfortran|gobjc)(?:-[a-z0-9-]+)?$/,
  /^lib(?:gcc|stdc\+\+|gfortran|objc)-\d+-dev$/,
  /^(?:lto-disabled-list|libcc1-0|lib(?:a|l|t|ub)san\d+|libisl\d+|libmpc\d+|libmpfr\d+|libquadmath0-dev)$/,
  /^(?:binutils|libbinutils|libctf|libgprofng)/,
  /^(?:clang|llvm|lld|lldb|rustc|cargo|golang|ghc)(?:-[0-9.]+)?(?:-[a-z-]+)?$/,
  /^(?:make|cmake|cmake-data|ninja-build|meson|autoconf|automake|autotools-dev|libtool|m4|bison|flex|patch|pkg-config|pkgconf|pkgconf-bin|swig|dpkg-dev|fakeroot|debhelper)$/,
  /^(?:libc6-dev|libc-dev-bin|libc-devtools|linux-libc-dev|libcrypt-dev|libnsl-dev|libtirpc-dev|rpcsvc-proto|manpages-dev)$/,
  /^(?:musl-dev|build-base|libc-dev|linux-headers|fortify-headers|file-dev|libmagic-dev)$/,
  /^lib[a-z0-9.+-]+-dev$/,
  /^(?:python3(?:\.\d+)?-dev|[a-z0-9.+-]+-dev)$/,
];

/** Files of system packages that compile, link or configure software. */
export const compilerToolchain: FileDetector = {
  name: 'compiler-toolchain',
  prepare: (subject) => {
    const judged = new Map<string, boolean>();
    return (file) => {
      const owner = subject.packageOf(file.entry.path);
      if (owner === undefined) return undefined;
      let isTool = judged.get(owner.name);
      if (isTool === undefined) {
        isTool = toolchain.some((pattern) => pattern.test(owner.name));
        judged.set(owner.name, isTool);
      }
      if (!isTool) return undefined;
      // Owners of one toolchain are many small packages: one finding a layer says more than forty.
      return { kind: 'compiler-toolchain' };
    };
  },
};
