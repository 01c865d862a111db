import type { Instruction } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import type { NameValue } from '../syntax/words.ts';
import type { BuildSecret } from './rewrite.ts';

/** A secret that a RUN gets for its own time. */
export interface SecretMount {
  readonly run: Instruction;
  readonly id: string;
  /** Where it is mounted; `/run/secrets/ID` when absent. */
  readonly target?: string;
  /** False where the build goes on without it. */
  readonly isRequired: boolean;
}

/** A pair of an ARG or ENV. */
export interface PairRemoval {
  readonly instruction: Instruction;
  readonly pair: NameValue;
}

/** What one way of finding secrets changes. */
export interface SecretChange {
  readonly mounts: readonly SecretMount[];
  /** Assignments that a RUN starts with, in order: `TOKEN="$(cat /run/secrets/TOKEN)"`. */
  readonly assignments: readonly { readonly run: Instruction; readonly text: string }[];
  readonly edits: readonly TextEdit[];
  /** Pairs of ARG and ENV that go. */
  readonly removals: readonly PairRemoval[];
  readonly secrets: readonly BuildSecret[];
  /** What goes, in words: `the build argument GIT_TOKEN`. */
  readonly subjects: readonly string[];
  readonly leftAlone: readonly string[];
}

/** The change that changes nothing. */
export const noChange: SecretChange = {
  mounts: [],
  assignments: [],
  edits: [],
  removals: [],
  secrets: [],
  subjects: [],
  leftAlone: [],
};

/** Several changes as one. */
export function mergeChanges(changes: readonly SecretChange[]): SecretChange {
  return {
    mounts: changes.flatMap((one) => one.mounts),
    assignments: changes.flatMap((one) => one.assignments),
    edits: changes.flatMap((one) => one.edits),
    removals: changes.flatMap((one) => one.removals),
    secrets: changes.flatMap((one) => one.secrets),
    subjects: changes.flatMap((one) => one.subjects),
    leftAlone: changes.flatMap((one) => one.leftAlone),
  };
}

/** `$(cat /run/secrets/ID)`; without a word where an optional one was not given. */
export function secretText(id: string, isRequired = true): string {
  return `$(cat /run/secrets/${id}${isRequired ? '' : ' 2>/dev/null'})`;
}

/** True for a RUN whose shell text is read, so that assignments can be put in front of it. */
export function isPlainRun({ commands }: Instruction): boolean {
  return commands !== undefined && commands.length > 0;
}
