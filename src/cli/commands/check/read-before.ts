import type { ImageSide } from '../../../compare/index.ts';
import type { RootFileSystem } from '../../../filetree/index.ts';
import { AbsentImageError, type ImageConfig } from '../../../image/index.ts';
import type { Baseline } from '../../../policy/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { readImage } from '../../read-side.ts';
import { recordedBaseline } from '../audit/judge-gates.ts';
import type { CheckOptions } from './check-options.ts';

/** The image before this one: its size, and its content where it is an image and not a record of one. */
export interface Before {
  readonly baseline: Baseline;
  readonly content?: {
    readonly side: ImageSide;
    readonly root: RootFileSystem;
    readonly config: ImageConfig;
  };
}

/** Reads what `--baseline` names; a sentence where it is not there and need not be. */
export async function readBefore(
  options: CheckOptions,
  environment: CliEnvironment,
): Promise<Before | string | undefined> {
  const { baseline: name } = options;
  if (name === undefined) return undefined;
  const recorded = await recordedBaseline(name, environment);
  if (recorded !== undefined) return { baseline: recorded };
  const how = { platform: options.platform, isInsecure: options.insecure, mayEstimate: true };
  try {
    const { image, root, side } = await readImage(name, environment, how);
    const contentBytes = root.layers.reduce((sum, layer) => sum + layer.contentBytes, 0);
    return { baseline: { name: image.name, contentBytes }, content: { side, root, config: image.config } };
  } catch (error) {
    if (!options.baselineOptional || !(error instanceof AbsentImageError)) throw error;
    return `There is nothing to compare with: ${error.message}.`;
  }
}
