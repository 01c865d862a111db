import { formatBytes } from '../../../base/index.ts';
import type { Comparison } from '../../../compare/index.ts';
import type { Verification } from '../../../verify/index.ts';

/** What came out of making the lean image. */
export interface SlimResult {
  /** Builds of the lean image, those included that were compared to find an edit at fault. */
  readonly attempts: number;
  readonly comparison: Pick<Comparison, 'total'>;
  /** Absent when the images were not run. */
  readonly verification: Pick<Verification, 'verdict' | 'summary'> | undefined;
}

/** What the reader must know before using the lean image, the weightiest first. */
export function slimWarnings({ attempts, comparison: { total }, verification }: SlimResult): string[] {
  const { fat, lean } = total;
  const difference = lean.contentBytes - fat.contentBytes;
  const sizes = `${formatBytes(lean.contentBytes)}, the fat one ${formatBytes(fat.contentBytes)}`;
  return [
    ...(verification === undefined || verification.verdict === 'same' ? [] : [verification.summary]),
    ...(difference < 0
      ? []
      : [
          `The lean image is not smaller: it has ${sizes}${difference === 0 ? '' : ` (${formatBytes(difference)} more)`}. ` +
            'Nothing is won by using it: see which edits were taken back or left alone, and why.',
        ]),
    ...(attempts > 1
      ? [`It took ${attempts} builds of the lean image until it behaved as the fat one.`]
      : []),
  ];
}
