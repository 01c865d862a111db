import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { matchPaths } from '../../../base/index.ts';
import type { FoundBase, Image } from '../../../image/index.ts';
import {
  type PlainLayers,
  planShrink,
  type ShrinkPass,
  type ShrinkPlan,
  type Study,
  shrunkImage,
  type WrittenLayer,
  writeLayers,
} from '../../../shrink/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import type { ReadImage } from '../../read-side.ts';
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
  readonly study: Study;
  /** Seconds since 1970 for what is made now. */
  readonly epoch: number | undefined;
}

/** A new image; its layers can be read until `remove`, or until the plain layers are closed. */
export interface MadeImage {
  readonly plan: ShrinkPlan;
  readonly written: readonly WrittenLayer[];
  readonly image: Image;
  remove(): Promise<void>;
}

/** Plans with some of the passes. */
export function planWith(work: ShrinkWork, passes: readonly ShrinkPass[]): ShrinkPlan {
  const { options, image, read, baseLayerCount, study } = work;
  return planShrink({
    root: read.root,
    config: image.config,
    distributions: read.distributions,
    inventory: read.side.inventory,
    study,
    baseLayerCount,
    passes,
    isKept: matchPaths(options.keep),
  });
}

/** Makes the image that a plan describes, in a folder of its own. */
export async function makeShrunk(work: ShrinkWork, plan: ShrinkPlan, name = 'made'): Promise<MadeImage> {
  const { image, layers, study, baseLayerCount, options, environment, epoch } = work;
  const folder = join(layers.folder, name);
  await mkdir(folder);
  const { progress, signal } = environment;
  const written = await writeLayers({
    image,
    plan,
    study,
    layers: { ...layers, folder },
    compression: options.compression,
    progress,
    signal,
  });
  const done = new Set(plan.edits.map(({ pass }) => pass));
  return {
    plan,
    written,
    image: shrunkImage({ image, baseLayerCount, written, passes: [...done], sourceDateEpoch: epoch }),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
