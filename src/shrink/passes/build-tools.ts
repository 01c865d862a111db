import { aptPackage } from '../../python/index.ts';
import { compilation } from '../compilation.ts';
import { removeDistributions } from '../distribution-removal.ts';
import { loadedFiles } from '../loaded-files.ts';
import { removePackages } from '../package-removal.ts';
import type { ShrinkPass, ShrinkSubject } from '../pass.ts';
import { isTestFile, numbersOfModules } from '../python-uses.ts';

const compiler =
  /^(?:build-essential|(?:gcc|g\+\+|cpp|gfortran|gobjc|gobjc\+\+|gnat|gdc|clang|llvm|lld|binutils|rustc|cargo|golang|nasm|yasm)(?:-\d[\d.]*|-.*linux-gnu)?|dpkg-dev|ninja-build|meson|libtool(?:-bin)?|autoconf|automake|autotools-dev|bison|flex|m4|ccache|pkg-config|pkgconf|patch|fakeroot|debhelper|quilt)$/;
const development = /(?:-dev|-headers)$/;
const versionControl = /^(?:git|git-man|git-lfs|mercurial|mercurial-common|subversion|bzr|breezy)$/;
const packageManager = /^(?:python3-(?:pip|venv|setuptools|wheel|virtualenv)|pipenv|npm)$/;
const installers: ReadonlySet<string> = new Set(['pip', 'setuptools', 'wheel', 'uv', 'pkg-resources']);

/** Compilers, headers with their packages, version control, and the package managers of Python. */
export const buildToolsPass: ShrinkPass = {
  name: 'build-tools',
  title: 'compilers, -dev packages, version control, pip',
  risk: 'opt-in',
  needsLoadedLibraries: true,
  find(subject) {
    const compiling = compilation(subject).inDistributions ?? compilerCaller(subject);
    const packages = removePackages(subject, {
      purposeOf: ({ name }) => purposeOf(name),
      because: ({ name }) => (versionControl.test(name) ? undefined : compiling),
    });
    const distributions = removeDistributions(subject, ({ name }) =>
      installers.has(name)
        ? { reason: 'it installs others', usedThrough: [], places: [], isForSessions: false }
        : undefined,
    );
    return {
      edits: [...packages.edits, ...distributions.edits],
      leftAlone: [...packages.leftAlone, ...distributions.leftAlone],
    };
  },
};

/** Modules that start a C compiler when their users' functions are first called; torch itself does so for `torch.compile` alone. */
const callers: ReadonlySet<string> = new Set(['triton', 'numba.pycc']);
const ownUsers: ReadonlySet<string> = new Set(['triton', 'pytorch-triton', 'torch', 'numba']);

/** A file that the image may load and that has kernels compiled; undefined where there is none. */
function compilerCaller(subject: ShrinkSubject): string | undefined {
  const installed = subject.distributions.some(({ modules }) =>
    modules.some((one) => one === 'triton' || one === 'numba'),
  );
  if (!installed) return undefined;
  const isLoaded = loadedFiles(subject);
  const numbers = numbersOfModules(subject.study, callers);
  const user = subject.study.mentions.find(
    ({ path, names }) =>
      !ownUsers.has(subject.distributionOf(path)?.name ?? '') &&
      isLoaded(path) &&
      !isTestFile(path) &&
      names.some((number) => numbers.has(number)),
  );
  return user && `${user.path} has kernels compiled while it runs`;
}

function purposeOf(name: string): string | undefined {
  if (versionControl.test(name)) return 'version control';
  if (development.test(name)) return 'headers to build against';
  if (compiler.test(name)) return 'a tool to build with';
  if (packageManager.test(name)) return 'it installs others';
  return aptPackage(name)?.purpose === 'build-tool' ? 'a tool to build with' : undefined;
}
