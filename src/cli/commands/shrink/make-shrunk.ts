import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { matchPaths } from '../../../base/index.ts';
import type { FoundBase, Image } from '../../../image/index.ts';
import {
  applicationImports,
  type PlainLayers,
  planShrink,
  type ShrinkPass,
  type ShrinkPlan,
  type Study,
  shrunkImage,
  studyLayers,
  type WrittenLayer,
  writeLayers,
} from '../../../shrink/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import type { ReadImage } from '../../read-opened.ts';
import { growHeap, growNewSpace } from './heap-growth.ts';
import type { ShrinkOptions } from './shrink-options.ts';

/** An image that is open and read, and what to do with it. */
export interface ShrinkWork {
  readonly options: ShrinkOptions;
  readonly environment: CliEnvironment;
  readonly image: Image;
  readonly read: ReadImage;
  readonly layers: PlainLayers;
  readonly passes: readonly ShrinkPass[];
  readonly base: FoundBase | undefined;
  readonly baseLayerCount: number;
  /** Sources of the modules whose bytecode stays; undefined where none was asked for. */
  readonly traced: ReadonlySet<string> | undefined;
  /** Seconds since 1970 for what is made now. */
  readonly epoch: number | undefined;
}

/** What is to be done, with what is known for it. */
export interface PlannedImage {
  readonly plan: ShrinkPlan;
  readonly entries: Study['entries'];
  /** What the application imports, as statements. */
  readonly imports: readonly string[];
}

/** A new image; its layers can be read until `remove`, or until the plain layers are closed. */
export interface MadeImage extends PlannedImage {
  readonly written: readonly WrittenLayer[];
  readonly image: Image;
  remove(): Promise<void>;
}

/**
 * Plans with some of the passes. The study is no part of what comes out, as it would take its memory while layers are written; whoever
 * plans again has the layers read again.
 */
export async function planWith(work: ShrinkWork, passes: readonly ShrinkPass[]): Promise<PlannedImage> {
  const { options, environment, image, read, layers, traced, baseLayerCount } = work;
  const { root, distributions } = read;
  growHeap(root.layers.reduce((sum, { entryCount }) => sum + entryCount, 0));
  growNewSpace();
  const study = await studyLayers({
    image,
    root,
    distributions,
    baseLayerCount,
    layers,
    withLoadedLibraries: passes.some((pass) => pass.needsLoadedLibraries === true),
    signal: environment.signal,
  });
  const plan = planShrink({
    root,
    config: image.config,
    distributions,
    inventory: read.side.inventory,
    study,
    baseLayerCount,
    passes,
    traced,
    isKept: matchPaths(options.keep),
  });
  return { plan, entries: study.entries, imports: applicationImports(study, distributions) };
}

/** Makes the image that a plan describes, in a folder of its own. */
export async function makeShrunk(work: ShrinkWork, planned: PlannedImage, name = 'made'): Promise<MadeImage> {
  const { plan, entries } = planned;
  const { image, layers, baseLayerCount, options, environment, epoch } = work;
  const folder = join(layers.folder, name);
  await mkdir(folder);
  const { progress, signal } = environment;
  const written = await writeLayers({
    image,
    plan,
    entries,
    layers: { ...layers, folder },
    compression: options.compression,
    progress,
    signal,
  });
  const done = new Set(plan.edits.map(({ pass }) => pass));
  return {
    ...planned,
    written,
    image: shrunkImage({ image, baseLayerCount, written, passes: [...done], sourceDateEpoch: epoch }),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
