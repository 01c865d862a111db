import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, nearestName, UserError } from '../../../base/index.ts';
import { type LintSeverity, lintRules, namesOfRule } from '../../../dockerfile/index.ts';

const severity = z.enum(['error', 'warning', 'info', 'style']);
const names = z.array(z.string()).nullish();
const hadolintSchema = z.object({
  ignored: names,
  trustedRegistries: names,
  'failure-threshold': z.enum(['error', 'warning', 'info', 'style', 'ignore', 'none']).nullish(),
  override: z.object({ error: names, warning: names, info: names, style: names }).nullish(),
});
const ownSchema = z.object({
  lint: z
    .strictObject({
      rules: z
        .record(
          z.string(),
          z.preprocess((value) => (value === false ? 'off' : value), z.union([severity, z.literal('off')])),
        )
        .nullish(),
    })
    .nullish(),
});

/** What the configuration files of a directory say. */
export interface LintSettings {
  readonly severities: ReadonlyMap<string, LintSeverity | 'off'>;
  readonly trustedRegistries: readonly string[];
  readonly failOn: LintSeverity | 'never' | undefined;
}

/** Reads `.hadolint.yaml` and, over it, `lint` of `.plimsoll.yaml`. Throws a `UserError` for a file that cannot be read so. */
export async function readLintSettings(directory: string): Promise<LintSettings> {
  const hadolint =
    (await readYaml(directory, '.hadolint.yaml', hadolintSchema)) ??
    (await readYaml(directory, '.hadolint.yml', hadolintSchema));
  const own = await readYaml(directory, '.plimsoll.yaml', ownSchema);
  const severities = new Map<string, LintSeverity | 'off'>();
  for (const level of severity.options) {
    for (const name of hadolint?.override?.[level] ?? []) severities.set(name, level);
  }
  for (const name of hadolint?.ignored ?? []) severities.set(name, 'off');
  for (const [name, level] of Object.entries(own?.lint?.rules ?? {})) {
    refuseUnknown(name);
    severities.set(name, level);
  }
  const threshold = hadolint?.['failure-threshold'] ?? undefined;
  return {
    severities,
    trustedRegistries: hadolint?.trustedRegistries ?? [],
    failOn: threshold === 'ignore' || threshold === 'none' ? 'never' : threshold,
  };
}

function refuseUnknown(name: string): void {
  const known = lintRules.flatMap(namesOfRule);
  if (known.includes(name)) return;
  const near = nearestName(name, known);
  throw new UserError(`.plimsoll.yaml: no rule of plimsoll lint is called ${name}.`, {
    hint: near === undefined ? 'docs/lint.md lists them.' : `Is ${near} meant? docs/lint.md lists them all.`,
  });
}

async function readYaml<T>(directory: string, name: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { parse } = await import('yaml');
  try {
    return schema.parse(parse(text) ?? {});
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new UserError(`${name} cannot be read: ${why}`, {
      hint: 'docs/lint.md tells what it may hold.',
      cause,
    });
  }
}
