import { posix } from 'node:path';
import {
  type ContextTree,
  exactPattern,
  hasParentIn,
  type SentFile,
  topDirectories,
} from './context-tree.ts';

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

/** Finds the directories and files of one kind. */
export type FindRoots = (tree: ContextTree) => readonly IgnoreRoot[];

const anywhere = (name: string): SharedPattern => ({ pattern: `**/${name}`, within: undefined });

/** Directories of one of these names, at any depth. */
export function namedDirectories(names: readonly string[]): FindRoots {
  const wanted = new Set(names);
  return (tree) =>
    topDirectories(tree, (directory) => wanted.has(posix.basename(directory))).map((path) => ({
      path,
      shared: anywhere(posix.basename(path)),
    }));
}

/** Files whose base name is one of these shapes; each shape has the pattern that stands for it (`undefined`: every file by its path). */
export function namedFiles(
  shapes: readonly { readonly test: RegExp; readonly shared: string | undefined }[],
): FindRoots {
  return (tree) =>
    tree.files.flatMap(({ path }) => {
      const shape = shapes.find(({ test }) => test.test(posix.basename(path)));
      const shared = shape?.shared === undefined ? undefined : { pattern: shape.shared, within: undefined };
      return shape === undefined ? [] : [{ path, shared }];
    });
}

/** All that several finders find. */
export function both(...finds: readonly FindRoots[]): FindRoots {
  return (tree) => finds.flatMap((find) => find(tree));
}

/** Directories with a marker file inside: `.venv/pyvenv.cfg`, `env/conda-meta/history`. */
export function findEnvironments(tree: ContextTree): readonly IgnoreRoot[] {
  return tree.files.flatMap(({ path }) => {
    const root = /^(.+)\/(?:pyvenv\.cfg|conda-meta\/history)$/.exec(path)?.[1];
    return root === undefined ? [] : [{ path: root, shared: undefined }];
  });
}

/** `dist` with nothing but packages in it, `build` as setuptools leaves it, `*.egg-info`. */
export function findBuildOutput(tree: ContextTree): readonly IgnoreRoot[] {
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
const weightsFile =
  /\.(?:pt|pth|ckpt|onnx|safetensors|gguf|ggml|h5|pb|tflite|mlmodel|keras|joblib|engine|mar|pdparams)$|(?:^|\/)(?:pytorch_model|flax_model|model)[^/]*\.bin$/i;
const largeBytes = 1_000_000;

/** Directories with nothing but data, and single data files, of a megabyte or more; those with nothing but model weights are another kind. */
export function findData(tree: ContextTree): readonly IgnoreRoot[] {
  return findLarge(tree, dataFile).filter(({ path }) => !isWeights(tree, path));
}

/** Directories with nothing but model weights, and single weights files, of a megabyte or more. */
export function findWeights(tree: ContextTree): readonly IgnoreRoot[] {
  return findLarge(tree, weightsFile);
}

function isWeights(tree: ContextTree, path: string): boolean {
  const files = tree.fileAt(path) === undefined ? tree.filesBelow(path) : [{ path }];
  return files.every((file) => weightsFile.test(file.path) || isQuiet(file.path));
}

/** Files that say nothing of the directory that they are in. */
function isQuiet(path: string): boolean {
  return /^(?:\.gitkeep|\.gitignore|\.ds_store|.*\.dvc)$/i.test(posix.basename(path));
}

function findLarge(tree: ContextTree, wanted: RegExp): readonly IgnoreRoot[] {
  const directories = topDirectories(tree, (directory) => {
    const files = tree.filesBelow(directory);
    return sizeOf(files) >= largeBytes && files.every(({ path }) => wanted.test(path) || isQuiet(path));
  });
  const inside = new Set(directories);
  const outside = tree.files.filter((file) => !hasParentIn(file.path, inside));
  return [...directories.map((path) => ({ path, shared: undefined })), ...largeFiles(outside, wanted)];
}

/** Single large data files; three or more of one extension in a directory may share a pattern. */
export function largeDataFiles(files: readonly SentFile[]): readonly IgnoreRoot[] {
  return largeFiles(files, dataFile);
}

function largeFiles(files: readonly SentFile[], wanted: RegExp): readonly IgnoreRoot[] {
  const large = files.filter((file) => file.sizeBytes >= largeBytes && wanted.test(file.path));
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
