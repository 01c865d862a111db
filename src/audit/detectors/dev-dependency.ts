import type { FileDetector } from '../detector.ts';

// Distributions that serve the people who write the code: test runners, linters, formatters, type checkers, notebooks, documentation builders.
const developmentDistributions: ReadonlySet<string> = new Set([
  'autopep8',
  'bandit',
  'black',
  'build',
  'coverage',
  'debugpy',
  'flake8',
  'hypothesis',
  'ipdb',
  'ipykernel',
  'ipython',
  'ipywidgets',
  'isort',
  'jupyter',
  'jupyter-client',
  'jupyter-console',
  'jupyter-core',
  'jupyter-server',
  'jupyterlab',
  'jupyterlab-server',
  'line-profiler',
  'memory-profiler',
  'mkdocs',
  'mypy',
  'nbconvert',
  'nox',
  'notebook',
  'playwright',
  'pre-commit',
  'py-spy',
  'pycodestyle',
  'pyflakes',
  'pylint',
  'pyright',
  'pytest',
  'pytest-asyncio',
  'pytest-cov',
  'pytest-mock',
  'pytest-xdist',
  'ruff',
  'selenium',
  'sphinx',
  'tox',
  'twine',
  'yapf',
]);

/** Files of distributions that only development uses. */
export const devDependency: FileDetector = {
  name: 'dev-dependency',
  prepare: (subject) => (file) => {
    const owner = subject.distributionOf(file.entry.path);
    if (owner === undefined || !developmentDistributions.has(normalizedName(owner.name))) return undefined;
    return {
      kind: 'dev-dependency',
      owner: { kind: 'distribution', name: owner.name, version: owner.version },
    };
  },
};

// PEP 503.
function normalizedName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
