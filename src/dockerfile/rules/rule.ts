import type { DockerfileModel } from '../model.ts';
import type { ProjectTool } from '../project-tool-command.ts';
import type { DockerfileSyntax, TextEdit, TextRange } from '../syntax/syntax.ts';

/** How much a finding matters, as hadolint counts: the heaviest first. */
export type LintSeverity = 'error' | 'warning' | 'info' | 'style';

/** What the value of a label has to be, as hadolint names it (`label-schema`). */
export type LabelType = 'text' | 'url' | 'semver' | 'hash' | 'rfc3339' | 'spdx' | 'email';

/** The labels that a user asks for. */
export interface LabelPolicy {
  /** By the label's name. */
  readonly required: ReadonlyMap<string, LabelType>;
  /** No other labels may be set (`strict-labels`). */
  readonly isStrict: boolean;
}

/** A source of the build context that the ignore file keeps from an instruction. */
export interface IgnoredSource {
  /** First line of the instruction, 1-based. */
  readonly line: number;
  /** As the instruction names it. */
  readonly written: string;
  /** `.dockerignore`, or the file of this Dockerfile alone. */
  readonly ignoreFile: string;
  /** Line of the ignore file, 1-based, and the pattern there. */
  readonly ignoreLine: number;
  readonly pattern: string;
}

/** What lies around a Dockerfile, as far as rules need it. */
export interface LintProject {
  readonly ignoredSources: readonly IgnoredSource[];
  /** The distributions (normalised names) in a requirement file, by the file's name in the Dockerfile; files that are not found are left out. */
  readonly requirementFiles: ReadonlyMap<string, readonly string[]>;
  /** The Debian packages of the shared libraries that a distribution needs and does not bring. */
  readonly libraryPackages: ReadonlyMap<string, readonly string[]>;
  /** Programs that the container starts and that no requirement names or is known to bring → what to ask for: `fastapi` → `fastapi[standard]`. */
  readonly missingPrograms: ReadonlyMap<string, string>;
  /** Whether the manifests define groups of dependencies for development, by the tool that installs them; tools without a manifest are left out. */
  readonly hasDevelopmentGroups: ReadonlyMap<ProjectTool, boolean>;
  /** Names, in lower case, that who builds it gives to further build contexts: FROM and COPY --from may use them as they do images. */
  readonly contextNames: ReadonlySet<string>;
}

/** What rules look at. */
export interface LintSubject {
  /** For messages. */
  readonly fileName: string;
  readonly syntax: DockerfileSyntax;
  readonly model: DockerfileModel;
  /** Every name that a rule answers to. */
  readonly ruleNames: readonly string[];
  /** Registries that FROM may name; empty where all may be named. */
  readonly trustedRegistries: readonly string[];
  readonly labels: LabelPolicy;
  /** Undefined where there is only the text. */
  readonly project: LintProject | undefined;
}

/** A place that breaks a rule. */
export interface Violation {
  readonly range: TextRange;
  readonly message: string;
  /** The sure correction, where there is one. */
  readonly edits?: readonly TextEdit[];
  /** Which of several rules of hadolint says the same. */
  readonly hadolint?: string;
}

/** One rule: a pure function from a Dockerfile to the places that break it. */
export interface LintRule {
  /** Kebab-case; the name of its file and of its page in docs/rules. */
  readonly id: string;
  /** The rules of hadolint that say the same: `DL3008`. */
  readonly hadolint?: string | readonly string[];
  /** The check of BuildKit that says the same: `StageNameCasing`. */
  readonly buildkit?: string;
  readonly severity: LintSeverity;
  /** Off until somebody asks for it: by a severity for it, or by BuildKit's `# check=experimental=NAME`. */
  readonly isOptIn?: true;
  readonly title: string;
  check(subject: LintSubject): readonly Violation[];
}
