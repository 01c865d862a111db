import { posix } from 'node:path';
import type { Risk } from '../finding/index.ts';
import { type ContextTree, topDirectories } from './context-tree.ts';
import {
  both,
  type FindRoots,
  findBuildOutput,
  findData,
  findEnvironments,
  findWeights,
  type IgnoreRoot,
  largeDataFiles,
  namedDirectories,
  namedFiles,
} from './ignore-roots.ts';
import { isNamedLikeSecret } from './secret-names.ts';

/** One kind of file that an image does not need. */
export interface IgnoreClass {
  readonly id: string;
  /** Why it can stay out, for the comment above the pattern. */
  readonly reason: string;
  readonly risk: Risk;
  /**
   * `debris` is made anew or belongs to the developer's machine: it stays out even below a directory that a COPY names.
   * `content` stays in below such a directory.
   */
  readonly weight: 'debris' | 'content';
  /** The directories and files of this kind; `shared` is a pattern that covers all of that name. */
  readonly find: FindRoots;
  /** What can still stay out of a directory when a file in it is needed. */
  partsOf?(tree: ContextTree, directory: string): readonly IgnoreRoot[];
}

/** Every kind, the surest first: a file counts for the first kind that it belongs to. */
export const ignoreClasses: readonly IgnoreClass[] = [
  {
    id: 'version-control',
    reason: 'history of the version control',
    risk: 'safe',
    weight: 'debris',
    find: namedDirectories(['.git', '.hg', '.svn']),
  },
  {
    id: 'virtual-environment',
    reason: 'virtual environment of this machine; the image installs its own',
    risk: 'safe',
    weight: 'debris',
    find: findEnvironments,
  },
  {
    id: 'cache',
    reason: 'caches that tools make anew',
    risk: 'safe',
    weight: 'debris',
    find: both(
      namedDirectories([
        '__pycache__',
        '.mypy_cache',
        '.pytest_cache',
        '.ruff_cache',
        '.ipynb_checkpoints',
        '.hypothesis',
        '.tox',
        '.nox',
        '.eggs',
        '.pytype',
        '.pyre',
        '.uv-cache',
        '.parcel-cache',
        'node_modules',
        'htmlcov',
        '.terraform',
      ]),
      namedFiles([
        { test: /\.py[cod]$/, shared: '**/*.py[cod]' },
        { test: /^\.coverage(?:\..+)?$/, shared: '**/.coverage*' },
        { test: /^\.DS_Store$/, shared: '**/.DS_Store' },
        { test: /^Thumbs\.db$/, shared: '**/Thumbs.db' },
      ]),
    ),
  },
  {
    id: 'download-cache',
    reason: 'downloads that tools keep',
    risk: 'verify',
    weight: 'content',
    find: namedDirectories(['.cache']),
  },
  {
    id: 'secret',
    reason: 'secrets or settings of this machine; whoever has the image could read them',
    risk: 'verify',
    weight: 'debris',
    find: both(namedDirectories(['.ssh', '.aws', '.gnupg', '.kube']), (tree) =>
      tree.files
        .filter(({ path }) => isNamedLikeSecret(path))
        .map(({ path }) => {
          const name = posix.basename(path);
          const isShared = name === '.env' || name === '.envrc';
          return { path, shared: isShared ? { pattern: `**/${name}`, within: undefined } : undefined };
        }),
    ),
  },
  {
    id: 'editor',
    reason: 'settings of editors',
    risk: 'safe',
    weight: 'debris',
    find: both(
      namedDirectories(['.vscode', '.idea', '.vs', '.devcontainer', '.cursor']),
      namedFiles([
        { test: /\.code-workspace$/, shared: '*.code-workspace' },
        { test: /\.sw[op]$/, shared: '**/*.sw[op]' },
      ]),
    ),
  },
  {
    id: 'build-output',
    reason: 'output of earlier package builds',
    risk: 'safe',
    weight: 'debris',
    find: findBuildOutput,
  },
  {
    id: 'experiment',
    reason: 'records of experiments',
    risk: 'verify',
    weight: 'content',
    find: namedDirectories([
      'wandb',
      'mlruns',
      'mlartifacts',
      'lightning_logs',
      'tb_logs',
      '.dvc',
      '.neptune',
    ]),
  },
  {
    id: 'log',
    reason: 'logs',
    risk: 'safe',
    weight: 'content',
    find: namedFiles([
      { test: /\.log(?:\.\d+)?$/, shared: '**/*.log' },
      { test: /^nohup\.out$/, shared: '**/nohup.out' },
    ]),
  },
  {
    id: 'container-file',
    reason:
      'recipes that the build itself does not copy; with `COPY . .` a change in them rebuilds the layers behind',
    risk: 'safe',
    weight: 'content',
    find: (tree) =>
      tree.files
        .filter(({ path }) =>
          /^(?:[^/]*\.)?(?:dockerfile|containerfile)(?:\.[^/]*)?$|^(?:docker-)?compose[^/]*\.ya?ml$|^\.dockerignore$|^\.gitlab-ci\.yml$|^\.pre-commit-config\.yaml$|^\.git(?:ignore|attributes|modules)$/i.test(
            path,
          ),
        )
        .map(({ path }) => ({ path, shared: undefined })),
  },
  {
    id: 'continuous-integration',
    reason: 'settings of continuous integration',
    risk: 'safe',
    weight: 'content',
    find: (tree) =>
      topDirectories(tree, (directory) => ['.github', '.circleci', '.gitlab'].includes(directory)).map(
        (path) => ({ path, shared: undefined }),
      ),
  },
  {
    id: 'plimsoll',
    reason: 'what plimsoll keeps beside the project',
    risk: 'safe',
    weight: 'content',
    find: (tree) =>
      topDirectories(tree, (directory) => directory === '.plimsoll').map((path) => ({
        path,
        shared: undefined,
      })),
  },
  {
    id: 'notebook',
    reason: 'notebooks that the application does not open',
    risk: 'verify',
    weight: 'content',
    find: namedFiles([{ test: /\.ipynb$/, shared: '**/*.ipynb' }]),
  },
  {
    id: 'test',
    reason: 'tests that the application does not import',
    risk: 'verify',
    weight: 'content',
    find: (tree) =>
      topDirectories(tree, (directory) =>
        /^(?:tests?|e2e|integration_tests)$/.test(posix.basename(directory)),
      ).map((path) => ({ path, shared: undefined })),
  },
  {
    id: 'documentation',
    reason: 'documentation',
    risk: 'verify',
    weight: 'content',
    find: (tree) =>
      topDirectories(tree, (directory) => /^(?:docs?|documentation)$/.test(directory)).map((path) => ({
        path,
        shared: undefined,
      })),
  },
  {
    id: 'model-weights',
    reason: 'model weights that no code of the application and no instruction of the Dockerfile names',
    risk: 'verify',
    weight: 'content',
    find: findWeights,
    partsOf: (tree, directory) => largeDataFiles(tree.filesBelow(directory)),
  },
  {
    id: 'data',
    reason: 'large data that no code of the application and no instruction of the Dockerfile names',
    risk: 'verify',
    weight: 'content',
    find: findData,
    partsOf: (tree, directory) => largeDataFiles(tree.filesBelow(directory)),
  },
];
