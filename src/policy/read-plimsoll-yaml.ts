import * as z from 'zod';
import { nearestName, UserError } from '../base/index.ts';
import { type FindingKind, findingKinds } from '../finding/index.ts';
import { type FigureGate, figureGateNames, type GateText, type Limit } from './gates.ts';
import { figureLimit, findingLimit, type ParsedLimit } from './read-limits.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

// gates:
//   maxSize: 1.2GB
//   maxGrowth: 5%
//   minEfficiency: 0.95
//   findings:
//     secret-file: 0
//     package-manager-cache: 10MB

/** The limits of one place; `off` takes a gate of a place behind it away. */
export interface WrittenGates {
  readonly figures: ReadonlyMap<FigureGate, Limit | 'off'>;
  readonly findings: ReadonlyMap<FindingKind, Limit | 'off'>;
}

// The record has exactly these keys.
const kindNames = Object.keys(findingKinds) as readonly FindingKind[];

const findingsSchema = z.strictObject(
  Object.fromEntries(kindNames.map((kind) => [kind, findingLimit.optional()])),
  { error: notAMap('a map from classes of findings to limits, such as `secret-file: 0`') },
);
const gatesSchema = z.strictObject(
  {
    ...Object.fromEntries(figureGateNames.map((gate) => [gate, figureLimit(gate).optional()])),
    findings: findingsSchema.nullish(),
  },
  { error: notAMap('a map of gates') },
);
const fileSchema = z
  .strictObject(
    // Whoever reads the other sections checks them.
    {
      gates: gatesSchema.nullish(),
      lint: z.unknown().optional(),
      shrink: z.unknown().optional(),
      slim: z.unknown().optional(),
    },
    { error: notAMap('a map with the key `gates`') },
  )
  .nullable();

/**
 * Reads `.plimsoll.yaml`; undefined where it has no gates. Throws a `UserError` that names file, line and key of everything that is
 * wrong, with the key that was likely meant.
 */
export function readPlimsollYaml(text: GateText): WrittenGates | undefined {
  const yaml = readYaml(text);
  const parsed = fileSchema.safeParse(yaml.value);
  if (!parsed.success) {
    throw new UserError(parsed.error.issues.flatMap((issue) => complaints(issue, yaml)).join('\n'), {
      hint: 'docs/gates.md lists every gate with its units.',
    });
  }
  // What strictObject lets through by name is in the tables that its shape was made of.
  const gates = parsed.data?.gates as Record<string, unknown> | null | undefined;
  if (gates === undefined || gates === null) return undefined;
  return {
    figures: limitsIn(figureGateNames, gates, (gate) => yaml.placeOf(['gates', gate])),
    findings: limitsIn(kindNames, gates['findings'], (kind) => yaml.placeOf(['gates', 'findings', kind])),
  };
}

function limitsIn<Name extends string>(
  names: readonly Name[],
  // Values that the schema has made limits of.
  values: unknown,
  placeOf: (name: Name) => string,
): Map<Name, Limit | 'off'> {
  const found = new Map<Name, Limit | 'off'>();
  const limits = (values ?? {}) as Readonly<Record<string, ParsedLimit | undefined>>;
  for (const name of names) {
    const limit = limits[name];
    if (limit !== undefined) found.set(name, limit === 'off' ? 'off' : { ...limit, source: placeOf(name) });
  }
  return found;
}

function notAMap(wanted: string): (issue: { readonly code?: string }) => string | undefined {
  return ({ code }) => (code === 'invalid_type' ? `is not ${wanted}` : undefined);
}

function complaints(issue: z.core.$ZodIssue, yaml: YamlFile): string[] {
  if (issue.code !== 'unrecognized_keys') {
    const subject = issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
    return [`${yaml.placeOf(issue.path)}: ${subject} ${issue.message}`];
  }
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const [noun, known] = knownAt(issue.path);
    const meant = nearestName(key, known);
    const advice = meant === undefined ? ` (known: ${known.join(', ')})` : `; did you mean ${meant}?`;
    return `${yaml.placeOf(path)}: ${path.map(String).join('.')} is no ${noun}${advice}`;
  });
}

function knownAt(path: readonly PropertyKey[]): readonly [noun: string, known: readonly string[]] {
  if (path.length === 0) return ['section of this file', ['gates', 'lint', 'shrink', 'slim']];
  if (path.length === 1) return ['gate', [...figureGateNames, 'findings']];
  return ['class of findings', kindNames];
}
