import { posix } from 'node:path';
import type { Risk } from '../finding/index.ts';
import {
  type ContextTree,
  exactPattern,
  hasParentIn,
  type SentFile,
  topDirectories,
} from './context-tree.ts';

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
  find(tree: ContextTree): readonly IgnoreRoot[];
  /** What can still stay out of a directory when a file in it is needed. */
  partsOf?(tree: ContextTree, directory: string): readonly IgnoreRoot[];
}

/** A directory or file that can stay out. */
export interface IgnoreRoot {
  readonly path: string;
  readonly shared: SharedPattern | undefined;
}

/** A pattern for several roots. */
export interface SharedPattern {
  readonly pattern: string;
  /** The directory that holds all that it matches; undefined for the whole context. */
  readonly within: string | undefined;
}

const anywhere = (name: string): SharedPattern => ({ pattern: `**/${name}`, within: undefined });

/** Directories of one of these names, at any depth. */
function namedDirectories(names: readonly string[]): IgnoreClass['find'] {
  const wanted = new Set(names);
  return (tree) =>
    topDirectories(tree, (directory) => wanted.has(posix.basename(directory))).map((path) => ({
      path,
      shared: anywhere(posix.basename(path)),
    }));
}

/** Files whose base name is one of these shapes; each shape has the pattern that stands for it (`undefined`: every file by its path). */
function namedFiles(
  shapes: readonly { readonly test: RegExp; readonly shared: string | undefined }[],
): IgnoreClass['find'] {
  return (tree) =>
    tree.files.flatMap(({ path }) => {
      const shape = shapes.find(({ test }) => test.test(posix.basename(path)));
      const shared = shape?.shared === undefined ? undefined : { pattern: shape.shared, within: undefined };
      return shape === undefined ? [] : [{ path, shared }];
    });
}

function both(...finds: readonly IgnoreClass['find'][]): IgnoreClass['find'] {
  return (tree) => finds.flatMap((find) => find(tree));
}

/** Directories with a marker file inside: `.venv/pyvenv.cfg`, `env/conda-meta/history`. */
function findEnvironments(tree: ContextTree): readonly IgnoreRoot[] {
  return tree.files.flatMap(({ path }) => {
    const root = /^(.+)\/(?:pyvenv\.cfg|conda-meta\/history)$/.exec(path)?.[1];
    return root === undefined ? [] : [{ path: root, shared: undefined }];
  });
}

/** `dist` with nothing but packages in it, `build` as setuptools leaves it, `*.egg-info`. */
function findBuildOutput(tree: ContextTree): readonly IgnoreRoot[] {
  const isPackage = ({ path }: SentFile): boolean => /\.(?:whl|tar\.gz|egg|zip)$/.test(path);
  return topDirectories(tree, (directory) => {
    const name = posix.basename(directory);
    if (name.endsWith('.egg-info')) return true;
    if (name === 'dist') return tree.filesBelow(directory).every(isPackage);
    if (name !== 'build') return false;
    return tree
      .filesBelow(directory)
      .every(({ path }) => /^(?:lib|bdist|temp|scripts-)/.test(posix.relative(directory, path)));
  }).map((path) => ({ path, shared: path.endsWith('.egg-info') ? anywhere('*.egg-info') : undefined }));
}

const dataFile =
  /\.(?:csv|tsv|parquet|feather|arrow|orc|avro|jsonl|ndjson|npy|npz|h5|hdf5|pkl|pickle|joblib|mat|tfrecords?|lmdb|mdb|sqlite3?|db|duckdb|xlsx?|pt|pth|ckpt|onnx|safetensors|gguf|ggml|bin|pb|tflite|mlmodel|zip|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar|whl|jpe?g|png|gif|bmp|tiff?|webp|mp[34]|m4a|wav|flac|ogg|avi|mov|mkv|webm|pdf|nii|dcm|las|laz|psd)$/i;
const largeBytes = 1_000_000;

/** Directories with nothing but data, and single data files, of a megabyte or more. */
function findData(tree: ContextTree): readonly IgnoreRoot[] {
  const isQuiet = ({ path }: SentFile): boolean =>
    dataFile.test(path) || /^(?:\.gitkeep|\.gitignore|\.ds_store|\.dvc)$/i.test(posix.basename(path));
  const directories = topDirectories(tree, (directory) => {
    const files = tree.filesBelow(directory);
    return sizeOf(files) >= largeBytes && files.every(isQuiet);
  });
  const inside = new Set(directories);
  const outside = tree.files.filter((file) => !hasParentIn(file.path, inside));
  return [...directories.map((path) => ({ path, shared: undefined })), ...largeDataFiles(outside)];
}

/** Single large files; three or more of one extension in a directory may share a pattern. */
function largeDataFiles(files: readonly SentFile[]): readonly IgnoreRoot[] {
  const large = files.filter((file) => file.sizeBytes >= largeBytes && dataFile.test(file.path));
  const groups = Map.groupBy(large, ({ path }) => `${posix.dirname(path)}/*${posix.extname(path)}`);
  return large.map(({ path }) => {
    const [directory, extension] = [posix.dirname(path), posix.extname(path)];
    const isShared = (groups.get(`${directory}/*${extension}`)?.length ?? 0) >= 3 && directory !== '.';
    const pattern = `${exactPattern(directory)}/*${exactPattern(extension)}`;
    return { path, shared: isShared ? { pattern, within: directory } : undefined };
  });
}

function sizeOf(files: readonly SentFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0);
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
        '.cache',
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
    id: 'secret',
    reason: 'secrets or settings of this machine; whoever has the image could read them',
    risk: 'verify',
    weight: 'debris',
    find: both(
      namedDirectories(['.ssh', '.aws', '.gnupg', '.kube']),
      namedFiles([
        { test: /^\.env$/, shared: '**/.env' },
        { test: /^\.env\.(?!.*(?:example|sample|template|dist)).+$/, shared: undefined },
        { test: /^\.envrc$/, shared: '**/.envrc' },
        { test: /^id_(?:rsa|dsa|ecdsa|ed25519)$/, shared: undefined },
        { test: /\.(?:pem|p12|pfx|key|keystore|jks)$/, shared: undefined },
        { test: /^(?:\.netrc|\.pypirc|\.npmrc|\.git-credentials|kaggle\.json)$/, shared: undefined },
      ]),
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
      'recipes that the build itself does not copy; a change in them would rebuild the layers behind `COPY . .`',
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
    id: 'data',
    reason: 'large data that no code of the application and no instruction of the Dockerfile names',
    risk: 'verify',
    weight: 'content',
    find: findData,
    partsOf: (tree, directory) => largeDataFiles(tree.filesBelow(directory)),
  },
];
