import { join } from 'node:path';
import type { LayerCompression } from '../audit/index.ts';
import type { ImageSide } from '../compare/index.ts';
import { findDistroPackages, ownerIndex } from '../distro/index.ts';
import {
  type Capture,
  type DuplicateGroup,
  findDuplicates,
  indexImage,
  type RootFileSystem,
} from '../filetree/index.ts';
import { findBase, type Image, type Layer } from '../image/index.ts';
import { findDistributions, type InstalledDistribution } from '../python/index.ts';
import type { CliEnvironment } from './environment.ts';
import { inventoryCapture } from './inventory-capture.ts';
import { compressionOf } from './layer-compression.ts';
import { measureLayers } from './measure-layers.ts';
import type { OpenSourceOptions } from './open-source.ts';

/** An image that was read whole: what the features need, after its source is closed. */
export interface ReadImage {
  readonly image: Pick<Image, 'name' | 'digest' | 'platform' | 'config' | 'layers'>;
  readonly root: RootFileSystem;
  readonly side: ImageSide;
  readonly distributions: readonly InstalledDistribution[];
  /** Foreign layers whose bytes the source does not hold; they count as empty. */
  readonly absentLayers: readonly Layer[];
  /** Present where they were asked for. */
  readonly duplicates?: readonly DuplicateGroup[];
  /** Present where it was asked for. */
  readonly compressed?: readonly (LayerCompression | undefined)[];
}

/** What reading needs besides the image's name. */
export interface ReadImageOptions extends OpenSourceOptions {
  readonly baseLayerCount?: number | undefined;
  /** What to call it in tables; the source's own name when absent. */
  readonly name?: string;
  /** Hash the content of every file, which takes about as long again as reading; indexes with hashes are cached apart. */
  readonly withHashes?: boolean | undefined;
  /** False where nobody asks for compressed sizes, whose measuring takes its time; `side.measures` is empty then. */
  readonly withMeasures?: boolean;
  /** An estimate of compressed sizes from another time will do. */
  readonly mayEstimate?: boolean;
  /** Find the files with equal content; only files that may have any are read for it. */
  readonly withDuplicates?: boolean;
  /** Estimate what gzip makes of uncompressed layers. */
  readonly withCompression?: boolean;
  /** Read every byte of uncompressed layers and verify it; compressed ones always are. */
  readonly verifyDigests?: boolean;
  /** What is kept of the files' contents; the inventory when absent. A thread must know it, too (`layer-thread.ts`). */
  readonly capture?: Capture;
  /** Keep the tree in little memory: see `StackOptions`. */
  readonly forgetsEntries?: boolean;
}

/** Bumped when what is captured of a layer, or what is read out of it, changes. */
const analyserVersion = '6';

/** Indexes the layers of an open image (cached), and measures their compressed size (cached). */
export async function readOpened(
  image: Image,
  environment: CliEnvironment,
  options: ReadImageOptions,
): Promise<ReadImage> {
  const { progress, signal, cacheDir } = environment;
  const reading = {
    // What was read before under the same digests proves nothing about the bytes at hand.
    ...(options.verifyDigests === true ? { verifyDigests: true } : { cacheDir: join(cacheDir, 'layers') }),
    signal,
  };
  // Other threads compress while this one reads.
  const compressing = options.withCompression === true ? compressionOf(image, cacheDir) : undefined;
  // A failure is told where the result is waited for, unless the reading fails before.
  compressing?.catch(() => {});
  const { root, kept, absentLayers } = await indexImage(image, {
    ...reading,
    analyserVersion,
    capture: options.capture ?? inventoryCapture,
    threadModule: new URL('./layer-thread.ts', import.meta.url),
    ...(options.withHashes === true && { withHashes: true }),
    forgetsEntries: options.forgetsEntries,
    progress,
  });
  for (const layer of absentLayers) noteAbsent(layer, image, environment);
  const duplicates = options.withDuplicates === true ? await findDuplicates(image, root, reading) : undefined;
  const compressed = await compressing;
  const measures =
    options.withMeasures === false
      ? []
      : await measureLayers(
          image,
          { root, absentLayers, mayEstimate: options.mayEstimate === true },
          environment,
        );
  const distributions = findDistributions(root);
  const distributionOwner = ownerIndex(distributions);
  const inventory = findDistroPackages(root, {
    isOfDistribution: (path) => distributionOwner(path) !== undefined,
  });
  await kept;
  const { name, digest, platform, config, layers } = image;
  return {
    image: { name, digest, platform, config, layers },
    root,
    distributions,
    absentLayers,
    ...(duplicates && { duplicates }),
    ...(compressed && { compressed }),
    side: {
      kind: 'image',
      name: options.name ?? name,
      layers,
      root,
      inventory,
      distributions,
      measures,
      baseLayerCount: options.baseLayerCount ?? findBase({ image })?.layerCount ?? 0,
    },
  };
}

function noteAbsent({ diffId, urls }: Layer, image: Image, { progress }: CliEnvironment): void {
  const position = image.layers.findIndex((layer) => layer.diffId === diffId);
  progress.note(
    `${image.name} does not hold its layer ${position}, which counts as empty; it is at ${(urls ?? []).join(', ')}`,
  );
}
