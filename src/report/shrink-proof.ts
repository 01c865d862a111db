import type { Verdict, Verification } from '../verify/index.ts';
import type { Screen } from './screen.ts';
import { plainText, wrap } from './terminal-text.ts';
import { verificationLines } from './verification-lines.ts';

/** What came of running a shrunk image beside the original. */
export interface ShrinkProof {
  /** What they ran on. */
  readonly engine: { readonly name: string; readonly version: string };
  readonly verification: Verification;
  /** Stricter than the verification's: nobody asked for another output or log, so that new lines in it count, unless they come without any pass, too. */
  readonly verdict: Verdict;
  /** Where they differ: passes at fault, in the order in which they were found. */
  readonly culprits: readonly { readonly pass: string; readonly because: string }[];
  /** Whether an image without them does the same. */
  readonly isSameWithout: boolean;
}

/** The comparison, and where the images differ the passes to leave out. */
export function shrinkProofLines(proof: ShrinkProof, screen: Screen): string[] {
  const { paint, width } = screen;
  const lines = verificationLines(proof.verification, screen, 'the JSON report');
  if (proof.verdict !== 'different') return lines;
  const { culprits, isSameWithout } = proof;
  const said = isSameWithout
    ? [
        ...culprits.map(({ pass, because }) => `At fault is ${pass}: ${because}`),
        `Nothing is written. What does the same: ${culprits.map(({ pass }) => `--skip ${pass}`).join(' ')}`,
      ]
    : ['Nothing is written. Without any of its passes it differs as well: the passes are not at fault.'];
  return [
    ...lines,
    ...said.flatMap((line) => wrap(plainText(line), width - 2).map((one) => `  ${paint(one, 'bad')}`)),
  ];
}
