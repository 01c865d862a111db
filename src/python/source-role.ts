import { posix } from 'node:path';

/** What a Python file is for: `build` runs while the image is built, `tooling` on a developer's machine. */
export type SourceRole = 'application' | 'test' | 'notebook' | 'build' | 'tooling';

const testFolders = /(^|\/)(tests?|testing|e2e|integration_tests)\//;
const testFiles = /^(test_.*|.*_tests?|conftest)\.py$/;
const toolingFiles = new Set([
  'noxfile.py',
  'tasks.py',
  'fabfile.py',
  'toxfile.py',
  'pavement.py',
  'dodo.py',
]);
const toolingFolders = /^(docs?|benchmarks?|bench|examples?|\.github|\.ci|ci)\//;
const buildFiles = new Set(['setup.py', 'hatch_build.py', 'build.py']);

/**
 * The role of a Python file by the conventions of pytest, setuptools, nox, tox, invoke and Jupyter.
 * `buildScripts` are the paths that the Dockerfile's RUN instructions start.
 */
export function sourceRole(path: string, buildScripts: ReadonlySet<string> = new Set()): SourceRole {
  const name = posix.basename(path);
  if (buildScripts.has(posix.normalize(path))) return 'build';
  if (name.endsWith('.ipynb') || /(^|\/)(notebooks?|\.ipynb_checkpoints)\//.test(path)) return 'notebook';
  if (testFolders.test(path) || testFiles.test(name)) return 'test';
  if (buildFiles.has(name) && !path.includes('/')) return 'build';
  if (name === 'setup.py') return 'build';
  if ((toolingFiles.has(name) && !path.includes('/')) || toolingFolders.test(path)) return 'tooling';
  return 'application';
}
