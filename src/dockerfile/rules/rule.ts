import type { DockerfileModel } from '../model.ts';
import type { DockerfileSyntax, TextEdit, TextRange } from '../syntax/syntax.ts';

/** How much a finding matters, as hadolint counts: the heaviest first. */
export type LintSeverity = 'error' | 'warning' | 'info' | 'style';

/** What rules look at. */
export interface LintSubject {
  readonly syntax: DockerfileSyntax;
  readonly model: DockerfileModel;
  /** Registries that FROM may name; empty where all may be named. */
  readonly trustedRegistries: readonly string[];
}

/** A place that breaks a rule. */
export interface Violation {
  readonly range: TextRange;
  readonly message: string;
  /** The sure correction, where there is one. */
  readonly edits?: readonly TextEdit[];
}

/** One rule: a pure function from a Dockerfile to the places that break it. */
export interface LintRule {
  /** Kebab-case; the name of its file and of its page in docs/rules. */
  readonly id: string;
  /** The rule of hadolint that says the same: `DL3008`. */
  readonly hadolint?: string;
  /** The check of BuildKit that says the same: `StageNameCasing`. */
  readonly buildkit?: string;
  readonly severity: LintSeverity;
  readonly title: string;
  check(subject: LintSubject): readonly Violation[];
}
