import type { LabelPolicy, LintSeverity } from '../../../dockerfile/index.ts';

/** What the configuration files of a directory say. */
export interface LintSettings {
  readonly severities: ReadonlyMap<string, LintSeverity | 'off'>;
  readonly trustedRegistries: readonly string[];
  readonly labels: LabelPolicy;
  /** hadolint's comments do not count. */
  readonly isHadolintPragmaOff: boolean;
  readonly failOn: LintSeverity | 'never' | undefined;
}

/** A configuration file as it lies on the disk. */
export interface SettingsFile {
  readonly name: string;
  readonly text: string;
}
