import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf, nearestName, UserError } from '../../../base/index.ts';
import { readYaml, type YamlFile } from '../../../policy/index.ts';
import { type EditId, editIds } from '../../../slim/index.ts';

// slim:
//   skip: [no-recommends]
//   with: [secret-mounts]
//   target: cpu
//   probes: ['POST /predict {"x": 1}']
//   env: { LOG_LEVEL: debug }
//   secrets: ['id=GIT_TOKEN,env=GIT_TOKEN']

const fileName = '.plimsoll.yaml';
const text = z.string();
const texts = z.array(z.union([z.string(), z.number()], 'must be a text').transform(String));
const edits = z.array(
  z.string().check(({ value, issues }) => {
    if (editIds.some((id) => id === value)) return;
    const meant = nearestName(value, editIds);
    const message = `names no edit: ${value}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    issues.push({ code: 'custom', message, input: value });
  }),
);
const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const shape = {
  only: edits.optional(),
  skip: edits.optional(),
  with: edits.optional(),
  file: text.optional(),
  composeFile: text.optional(),
  stage: text.optional(),
  target: z.enum(['cpu', 'gpu', 'auto']).optional(),
  engine: z.enum(['docker', 'podman', 'buildah']).optional(),
  platform: text.optional(),
  buildArgs: values.optional(),
  secrets: texts.optional(),
  env: values.optional(),
  probes: texts.optional(),
  ports: z.array(z.number().int().min(1).max(65535)).optional(),
  health: text.startsWith('/', 'must be a path that starts with /').optional(),
  startTimeout: z.number().positive().optional(),
  uplink: z.number().positive().optional(),
  pushed: texts.optional(),
};
const sections = ['gates', 'lint', 'shrink', 'slim'];
const schema = z
  .strictObject({
    slim: z.strictObject(shape).nullish(),
    // Whoever reads the other sections checks them.
    gates: z.unknown().optional(),
    lint: z.unknown().optional(),
    shrink: z.unknown().optional(),
  })
  .nullable();

/** The `slim` section of `.plimsoll.yaml`: options of the command line, for every run. */
export interface SlimSettings {
  readonly only?: readonly EditId[] | undefined;
  readonly skip?: readonly EditId[] | undefined;
  readonly with?: readonly EditId[] | undefined;
  /** Options as the command line would give them, by their names there. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where a setting stands, and its name: `.plimsoll.yaml:4: slim.secrets.0`. */
  readonly placeOf: (...path: readonly (string | number)[]) => string;
}

/** Reads the project's `.plimsoll.yaml`. Throws a `UserError` that names file, line and key of what is wrong, with the key that was likely meant. */
export async function readSlimSettings(directory: string): Promise<SlimSettings> {
  const content = await readFile(join(directory, fileName), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw new UserError(`${fileName} cannot be read: ${messageOf(cause)}`, { cause });
  });
  if (content === undefined) return { options: {}, placeOf: () => fileName };
  const yaml = readYaml({ file: fileName, text: content });
  const parsed = schema.safeParse(yaml.value);
  if (!parsed.success) {
    throw new UserError(parsed.error.issues.flatMap((issue) => complaints(issue, yaml)).join('\n'), {
      hint: 'docs/slim-settings.md lists every key.',
    });
  }
  const {
    only,
    skip,
    with: extra,
    buildArgs,
    env,
    probes,
    ports,
    secrets,
    ...rest
  } = parsed.data?.slim ?? {};
  return {
    // The schema lets nothing but the ids of edits through.
    only: only as EditId[] | undefined,
    skip: skip as EditId[] | undefined,
    with: extra as EditId[] | undefined,
    options: {
      ...rest,
      buildArg: pairsOf(buildArgs),
      env: pairsOf(env),
      probe: probes ?? [],
      port: ports ?? [],
      secret: secrets ?? [],
    },
    placeOf: (...path) => `${yaml.placeOf(['slim', ...path])}: ${['slim', ...path].join('.')}`,
  };
}

/** Does an option take what the settings say? */
export function isSetting(given: unknown, name: string): boolean {
  // What commander gives is a record of options.
  const value = (given as Record<string, unknown>)[name];
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/**
 * The command line's options over the settings: an option that is given replaces the setting; of variables and build arguments each name by itself.
 */
export function withSettings(given: unknown, { options }: SlimSettings): unknown {
  // What commander gives is a record of options.
  const merged: Record<string, unknown> = { ...options };
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    const setting = options[name];
    const isList = Array.isArray(value);
    if (value === undefined || (isList && value.length === 0 && setting !== undefined)) continue;
    const isPairs = name === 'buildArg' || name === 'env';
    merged[name] = isPairs && isList && Array.isArray(setting) ? [...setting, ...value] : value;
  }
  return merged;
}

function pairsOf(record: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(record ?? {}).map(([name, value]) => `${name}=${value}`);
}

function complaints(issue: z.core.$ZodIssue, yaml: YamlFile): string[] {
  const place = yaml.placeOf(issue.path);
  if (issue.code !== 'unrecognized_keys') {
    const subject = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
    return [`${place}: ${subject} ${issue.code === 'custom' ? issue.message : lowerFirst(issue.message)}`];
  }
  const known = issue.path.length === 0 ? sections : Object.keys(shape);
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const meant = nearestName(key, known);
    const advice = meant === undefined ? ` (known: ${known.join(', ')})` : `; did you mean ${meant}?`;
    return `${yaml.placeOf(path)}: ${path.map(String).join('.')} is no ${issue.path.length === 0 ? 'section of this file' : 'setting of slim'}${advice}`;
  });
}

function lowerFirst(message: string): string {
  return `is not valid: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
