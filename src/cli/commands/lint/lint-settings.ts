import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LintSettings, SettingsFile } from './lint-configuration.ts';

const defaults: LintSettings = {
  severities: new Map(),
  trustedRegistries: [],
  labels: { required: new Map(), isStrict: false },
  isHadolintPragmaOff: false,
  failOn: undefined,
};

/** Reads `.hadolint.yaml` and, over it, `lint` of `.plimsoll.yaml`. Throws a `UserError` for a file that cannot be read so. */
export async function readLintSettings(directory: string): Promise<LintSettings> {
  const hadolint =
    (await readIfThere(directory, '.hadolint.yaml')) ?? (await readIfThere(directory, '.hadolint.yml'));
  const own = await readIfThere(directory, '.plimsoll.yaml');
  if (hadolint === undefined && own === undefined) return defaults;
  const { parseLintSettings } = await import('./parse-settings.ts');
  return parseLintSettings(hadolint, own);
}

async function readIfThere(directory: string, name: string): Promise<SettingsFile | undefined> {
  const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { name, text };
}
