import type { Comparison, DetailedComparison } from '../../compare/index.ts';
import type { Baseline, GateResult, GateVerdict } from '../../policy/index.ts';

/** An image judged by the gates, and compared with the one before it. */
export interface CheckReport {
  /** What a person calls the image: the name of its source, or what `--title` says. */
  readonly title: string;
  readonly image: {
    readonly name: string;
    readonly digest: string | undefined;
    readonly contentBytes: number;
  };
  /** What growth was measured against; undefined where there is none. */
  readonly baseline: Baseline | undefined;
  readonly verdict: GateVerdict;
  readonly gates: readonly GateResult[];
  /** What was read and not judged, and why. */
  readonly notes: readonly string[];
  /** With the baseline, where that is an image. */
  readonly comparison: (Comparison & Pick<DetailedComparison, 'diff'>) | undefined;
}
