import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type LayerCompressionFormat, messageOf, nearestName, UserError } from '../../../base/index.ts';
import { readYaml, type YamlFile } from '../../../policy/index.ts';
import { shrinkPasses } from '../../../shrink/index.ts';

// shrink:
//   skip: [strip]
//   with: [bytecode]
//   keep: ['opt/app/fixtures/**']
//   base: registry:python:3.11-slim
//   compression: zstd

const fileName = '.plimsoll.yaml';
const passNames = shrinkPasses.map(({ name }) => name);
const passes = z.array(
  z.string().check(({ value, issues }) => {
    if (passNames.includes(value)) return;
    const meant = nearestName(value, passNames);
    const message = `names no pass: ${value}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    issues.push({ code: 'custom', message, input: value });
  }),
);

const shape = {
  only: passes.optional(),
  skip: passes.optional(),
  with: passes.optional(),
  keep: z.array(z.string().regex(/[^/]/, 'must be a pattern such as *.pyi')).optional(),
  base: z.string().min(1).optional(),
  compression: z.enum(['gzip', 'zstd']).optional(),
};
const schema = z
  .strictObject({
    shrink: z.strictObject(shape).nullish(),
    // Whoever reads the other sections checks them.
    gates: z.unknown().optional(),
    lint: z.unknown().optional(),
    slim: z.unknown().optional(),
  })
  .nullable();
const sections = ['gates', 'lint', 'shrink', 'slim'];

/** The `shrink` section of `.plimsoll.yaml`: options of the command line, for every run. */
export interface ShrinkSettings {
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
  readonly with?: readonly string[] | undefined;
  readonly keep?: readonly string[] | undefined;
  readonly base?: string | undefined;
  readonly compression?: LayerCompressionFormat | undefined;
}

/** Reads a directory's `.plimsoll.yaml`. Throws a `UserError` that names file, line and key of what is wrong, with the key that was likely meant. */
export async function readShrinkSettings(directory: string): Promise<ShrinkSettings> {
  const content = await readFile(join(directory, fileName), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw new UserError(`${fileName} cannot be read: ${messageOf(cause)}`, { cause });
  });
  if (content === undefined) return {};
  const yaml = readYaml({ file: fileName, text: content });
  const parsed = schema.safeParse(yaml.value);
  if (parsed.success) return parsed.data?.shrink ?? {};
  throw new UserError(parsed.error.issues.flatMap((issue) => complaints(issue, yaml)).join('\n'), {
    hint: 'docs/shrink.md lists every key.',
  });
}

/** What the command line and the settings have in common. */
interface Given {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly with: readonly string[];
  readonly keep: readonly string[];
  readonly base: string | undefined;
  readonly rebaseAll: boolean;
  readonly compression: LayerCompressionFormat | undefined;
  /** Which compiled modules stay; undefined where nothing is said. */
  readonly bytecode: 'all' | 'traced' | 'none' | undefined;
}

/**
 * The command line's options over the settings: a pass that it names runs, or does not, whatever they say; `--only` takes their `with` away,
 * too. Patterns of both are kept.
 */
export function withSettings<Options extends Given>(
  given: Options,
  settings: ShrinkSettings,
): Options & { readonly compression: LayerCompressionFormat } {
  const { bytecode } = given;
  const named = new Set([...given.only, ...given.with, ...(bytecode === undefined ? [] : ['bytecode'])]);
  const isOnly = given.only.length > 0;
  const added = (settings.with ?? []).filter((name) => name !== 'bytecode' || bytecode !== 'all');
  return {
    ...given,
    only: isOnly ? given.only : (settings.only ?? []),
    with: [...(isOnly ? [] : added), ...given.with],
    skip: [...(settings.skip ?? []).filter((name) => !named.has(name)), ...given.skip],
    keep: [...(settings.keep ?? []), ...given.keep],
    base: given.base ?? (given.rebaseAll ? undefined : settings.base),
    compression: given.compression ?? settings.compression ?? 'gzip',
  };
}

function complaints(issue: z.core.$ZodIssue, yaml: YamlFile): string[] {
  if (issue.code !== 'unrecognized_keys') {
    const subject = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
    return [`${yaml.placeOf(issue.path)}: ${subject} ${wording(issue)}`];
  }
  const known = issue.path.length === 0 ? sections : Object.keys(shape);
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const meant = nearestName(key, known);
    const advice = meant === undefined ? ` (known: ${known.join(', ')})` : `; did you mean ${meant}?`;
    return `${yaml.placeOf(path)}: ${path.map(String).join('.')} is no ${issue.path.length === 0 ? 'section of this file' : 'setting of shrink'}${advice}`;
  });
}

function wording({ code, message }: z.core.$ZodIssue): string {
  const isOwn = code === 'custom' || message.startsWith('must ');
  return isOwn ? message : `is not valid: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
