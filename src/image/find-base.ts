import type { HistoryEntry, Image } from './image.ts';

/** Where the base image ends, and what says so. */
export interface FoundBase {
  /** How many of the lowest layers are the base's. */
  readonly layerCount: number;
  /**
   * `given`: the caller knows; `digest`: the base's own layers are the lowest of this image; `label`: the image names its base,
   * and its history shows where that ends; `history`: the recorded instructions alone.
   */
  readonly evidence: 'given' | 'digest' | 'label' | 'history';
  /** What the base is called, where the image says so. */
  readonly name?: string;
}

/** What `findBase` looks at. */
export interface FindBaseRequest {
  readonly image: Pick<Image, 'config' | 'layers'>;
  readonly baseLayerCount?: number;
  /** Digests of the base image's uncompressed layers, lowest first. */
  readonly baseDiffIds?: readonly string[];
  /** What the caller calls the base; by default what the image's label does. */
  readonly baseName?: string;
}

/**
 * Tells the layers of the base image from those that were put on top of it. A base that the caller has at hand is found by
 * its layers' digests; otherwise the history shows it: what comes before the last CMD or ENTRYPOINT that further layers
 * follow, what Buildah notes (`FROM …`), and layers by instructions that only the makers of base images write. Undefined where
 * nothing tells, in a flattened image for example.
 */
export function findBase(request: FindBaseRequest): FoundBase | undefined {
  const { image, baseLayerCount, baseDiffIds } = request;
  const { labels } = image.config;
  const label = labels['org.opencontainers.image.base.name'];
  const name = request.baseName ?? (label === undefined || label === '' ? undefined : label);
  const named = name === undefined ? {} : { name };
  if (baseLayerCount !== undefined) return { layerCount: baseLayerCount, evidence: 'given', ...named };
  if (baseDiffIds !== undefined && startsWith(image.layers, baseDiffIds)) {
    return { layerCount: baseDiffIds.length, evidence: 'digest', ...named };
  }
  const steps = stepsOf(image);
  if (steps === undefined) return undefined;
  const noted = notedBase(steps);
  const layerCount = Math.max(
    noted?.layerCount ?? 0,
    layersBeforeLastCommand(steps),
    layersOfBaseMakers(steps),
  );
  if (layerCount === 0) return undefined;
  const isLabelled = name !== undefined || (labels['org.opencontainers.image.base.digest'] ?? '') !== '';
  return {
    layerCount,
    evidence: isLabelled ? 'label' : 'history',
    ...(name === undefined && noted !== undefined ? { name: noted.name } : named),
  };
}

function startsWith(layers: Image['layers'], diffIds: readonly string[]): boolean {
  return (
    diffIds.length > 0 &&
    diffIds.length <= layers.length &&
    diffIds.every((diffId, position) => layers[position]?.diffId === diffId)
  );
}

/** The history, where it has one entry with content for each layer; without one the layers' own instructions. */
function stepsOf({ config, layers }: FindBaseRequest['image']): readonly HistoryEntry[] | undefined {
  if (config.history.length > 0) {
    const withContent = config.history.filter(({ isEmptyLayer }) => !isEmptyLayer);
    return withContent.length === layers.length ? config.history : undefined;
  }
  if (layers[0]?.createdBy === undefined) return undefined;
  return layers.map(({ createdBy }) => ({ createdBy: createdBy ?? '', isEmptyLayer: false }));
}

const command = /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:CMD|ENTRYPOINT)\b/;

/** An image ends with its CMD or ENTRYPOINT: layers that follow one are of another image, built on the first. */
function layersBeforeLastCommand(steps: readonly HistoryEntry[]): number {
  let layers = 0;
  let pending: number | undefined;
  let found = 0;
  for (const { createdBy, isEmptyLayer } of steps) {
    if (isEmptyLayer) {
      if (command.test(createdBy)) pending = layers;
      continue;
    }
    if (pending !== undefined) found = pending;
    layers += 1;
  }
  return found;
}

/** Buildah writes `FROM docker.io/library/python:3.12` beside the first instruction on top of it; between its own steps it names image IDs. */
function notedBase(
  steps: readonly HistoryEntry[],
): { readonly layerCount: number; readonly name: string } | undefined {
  let layers = 0;
  let found: { layerCount: number; name: string } | undefined;
  for (const { comment, isEmptyLayer } of steps) {
    const name = /^FROM (?!localhost\/|scratch$|[0-9a-f]{12,64}$)(\S+)/.exec(comment ?? '')?.[1];
    if (name !== undefined && layers > 0) found = { layerCount: layers, name };
    if (!isEmptyLayer) layers += 1;
  }
  return found;
}

const rootArchive =
  /^(?:\/bin\/sh -c #\(nop\) )?\s*ADD (?:file:|rootfs|[^ ]*\.tar)|debuerreotype|^# debian\.sh|^bazel build|^apko|FROM scratch/;
const interpreter =
  /PYTHON_VERSION|PYTHON_SHA256|python\.org\/ftp|idle3 (?:pip3 )?pydoc3|get-pip\.py|GPG_KEY/;
// buildpack-deps, the base of python:3.x, installs these in RUN lines of its own.
const buildpackDeps =
  /apt-get install -y --no-install-recommends\s+(?:ca-certificates\s+curl|git\s+mercurial|autoconf\s+automake|libbluetooth-dev|ca-certificates\s+netbase)/;
const cudaBase = /NV_CUDA|NVIDIA_|cuda-keyring|libcudnn|CUDNN/;

/**
 * The lowest layers whose instructions only the makers of base images write: a root file system (`ADD file:…`,
 * debuerreotype), the official Python images' installation, buildpack-deps, nvidia/cuda.
 */
function layersOfBaseMakers(steps: readonly HistoryEntry[]): number {
  const instructions = steps.filter(({ isEmptyLayer }) => !isEmptyLayer).map(({ createdBy }) => createdBy);
  if (instructions[0] === undefined || instructions[0] === '') return 0;
  const end = instructions.findIndex((text, position) => position > 0 && !isOfBaseMaker(text));
  // Nothing but a base, or a single layer of a project's own on no base at all.
  if (end === -1) return isOfBaseMaker(instructions[0]) ? instructions.length : 0;
  return isProjectsOwn(instructions[0]) ? 0 : end;
}

function isOfBaseMaker(createdBy: string): boolean {
  const flat = createdBy.replace(/\\\n/g, ' ').replace(/\s+/g, ' ');
  return rootArchive.test(flat) || interpreter.test(flat) || buildpackDeps.test(flat) || cudaBase.test(flat);
}

/** The first layer of an image `FROM scratch`, of one whose base left no history, or of one that `shrink` wrote anew. */
function isProjectsOwn(createdBy: string): boolean {
  return /^plimsoll shrink: |^(?:\/bin\/sh -c (?:#\(nop\) )?)?\s*(?:COPY|WORKDIR|RUN)\b/.test(createdBy);
}
