import { z } from 'zod';
import { nearestName, UserError } from '../../../base/index.ts';
import { type LabelType, type LintSeverity, lintRules, namesOfRule } from '../../../dockerfile/index.ts';
import { readYaml } from '../../../policy/index.ts';
import type { LintSettings, SettingsFile } from './lint-configuration.ts';

const severity = z.enum(['error', 'warning', 'info', 'style']);
const names = z.array(z.string()).nullish();
const labelType = z
  .enum(['text', 'rawtext', 'url', 'semver', 'hash', 'rfc3339', 'spdx', 'email'])
  .transform((type): LabelType => (type === 'rawtext' ? 'text' : type));
const hadolintSchema = z.object({
  ignored: names,
  trustedRegistries: z.union([z.string().transform((one) => [one]), z.array(z.string())]).nullish(),
  'failure-threshold': z.enum(['error', 'warning', 'info', 'style', 'ignore', 'none']).nullish(),
  'no-fail': z.boolean().nullish(),
  'label-schema': z.record(z.string(), labelType).nullish(),
  'strict-labels': z.boolean().nullish(),
  'disable-ignore-pragma': z.boolean().nullish(),
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

/** What `.hadolint.yaml` and, over it, `.plimsoll.yaml` say. Throws a `UserError` that names the file and the key that is wrong. */
export function parseLintSettings(
  hadolintFile: SettingsFile | undefined,
  ownFile: SettingsFile | undefined,
): LintSettings {
  const hadolint = hadolintFile === undefined ? undefined : parseFile(hadolintFile, hadolintSchema);
  const own = ownFile === undefined ? undefined : parseFile(ownFile, ownSchema);
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
  const isNever = threshold === 'ignore' || threshold === 'none' || hadolint?.['no-fail'] === true;
  return {
    severities,
    trustedRegistries: hadolint?.trustedRegistries ?? [],
    labels: {
      required: new Map(Object.entries(hadolint?.['label-schema'] ?? {})),
      isStrict: hadolint?.['strict-labels'] === true,
    },
    isHadolintPragmaOff: hadolint?.['disable-ignore-pragma'] === true,
    failOn: isNever ? 'never' : threshold,
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

function parseFile<T>({ name, text }: SettingsFile, schema: z.ZodType<T>): T {
  const yaml = readYaml({ file: name, text });
  const parsed = schema.safeParse(yaml.value ?? {});
  if (parsed.success) return parsed.data;
  throw new UserError(
    parsed.error.issues
      .map(
        ({ path, message }) =>
          `${yaml.placeOf(path)}: ${path.map(String).join('.') || 'the file'}: ${message}`,
      )
      .join('\n'),
    { hint: 'docs/lint.md tells what it may hold.', cause: parsed.error },
  );
}
