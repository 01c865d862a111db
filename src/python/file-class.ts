/** What a file of a distribution is for, as far as its path tells. */
export type FileClass =
  | 'shared-library'
  | 'static-library'
  | 'python-source'
  | 'bytecode'
  | 'tests'
  | 'headers'
  | 'native-source'
  | 'stub'
  | 'program'
  | 'metadata'
  | 'data';

/** What a path inside a distribution is for. A test directory is one named exactly `test` or `tests`; `testing` is public API. */
export function fileClass(path: string): FileClass {
  if (path.includes('-info') && /\.(?:dist|egg)-info(?:\/|$)/.test(path)) return 'metadata';
  if (path.includes('/test') && isBelowTests(path)) return 'tests';
  if (path.endsWith('.pyc')) return 'bytecode';
  if (path.endsWith('.py')) return 'python-source';
  if (/\.so(?:\.[\w.]+)?$/.test(path)) return 'shared-library';
  if (/\.(?:a|lib)$/.test(path)) return 'static-library';
  if (/\.(?:h|hh|hpp|hxx|cuh|inl|inc)$/.test(path) || /\/include\//.test(path)) return 'headers';
  if (/\.(?:c|cc|cpp|cxx|cu|pyx|pxd|f|f90)$/.test(path)) return 'native-source';
  if (/\.pyi$|\/py\.typed$/.test(path)) return 'stub';
  return /(?:^|\/)bin\//.test(path) ? 'program' : 'data';
}

/** A test directory inside of site-packages, or anywhere where that is not in the path. */
function isBelowTests(path: string): boolean {
  return /\/tests?\//.test(path.replace(/^.*\/(?:site|dist)-packages\//, '/'));
}
