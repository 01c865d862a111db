import type { Finding } from '../finding/index.ts';

/** A command that does what a finding's remedy says, and what it calls that. */
export interface DoneBy {
  readonly command: 'plimsoll slim' | 'plimsoll shrink';
  /** The id of an edit, or the name of a pass. */
  readonly name: string;
}

/** Who does what a remedy says: the edit of the Dockerfile, then the pass over the finished image. */
export function doneBy({ rewrite, pass }: Pick<Finding, 'rewrite' | 'pass'>): DoneBy[] {
  return [
    ...(rewrite === undefined ? [] : [{ command: 'plimsoll slim' as const, name: rewrite }]),
    ...(pass === undefined ? [] : [{ command: 'plimsoll shrink' as const, name: pass }]),
  ];
}

/** `plimsoll slim: split-stages, plimsoll shrink: build-tools`; empty where neither does it. */
export function doneByText(finding: Pick<Finding, 'rewrite' | 'pass'>): string {
  return doneBy(finding)
    .map(({ command, name }) => `${command}: ${name}`)
    .join(', ');
}
