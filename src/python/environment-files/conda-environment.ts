import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { parseRequirements, type RequirementsLine } from '../requirements.ts';
import type {
  CondaFacts,
  EnvironmentFile,
  EnvironmentProblem,
  ListedDistribution,
} from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const schema = z.object({
  name: z.string().nullish(),
  variables: z.unknown().optional(),
  channels: z.array(z.string()).nullish(),
  dependencies: z.array(z.union([z.string(), z.object({ pip: z.array(z.string()).nullish() })])).nullish(),
});

/**
 * Reads Conda's `environment.yml`, whatever its name. Names of Conda packages are no names of Python distributions, though they mostly agree;
 * what stands below `pip:` is read as lines of a requirements file.
 *
 *     channels: [conda-forge]
 *     dependencies:
 *       - python=3.11
 *       - conda-forge::numpy>=1.26,<2
 *       - pip:
 *         - gunicorn==22.0.0
 *         - -r requirements.txt
 */
export function readCondaEnvironment(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'environment.yml', syntax: 'yaml', schema, read: describe }, file);
}

function describe(document: z.infer<typeof schema>, file: EnvironmentText): EnvironmentFile {
  const conda = (document.dependencies ?? []).flatMap((one) => (typeof one === 'string' ? [one] : []));
  const pip = (document.dependencies ?? []).flatMap((one) =>
    typeof one === 'string' ? [] : (one.pip ?? []),
  );
  const read = readPip(pip, file);
  const problems: EnvironmentProblem[] = [...read.problems];
  const distributions = conda.flatMap((text) => {
    const found = readMatchSpec(text);
    if (found === undefined)
      problems.push({
        path: file.path,
        line: lineOf(file.text, text),
        message: `"${text}" is no Conda package`,
      });
    return found === undefined ? [] : [{ ...found, line: lineOf(file.text, text) }];
  });
  const python = distributions.find(({ name }) => name === 'python')?.specifier;
  return {
    path: file.path,
    kind: 'environment.yml',
    ...(python !== undefined && python !== '' && { requiresPython: python }),
    distributions: [...distributions, ...read.distributions],
    indexUrls: read.indexUrls,
    ...(read.extraIndexUrls !== undefined && { extraIndexUrls: read.extraIndexUrls }),
    includes: read.includes,
    problems,
    conda: factsOf(document, pip),
  };
}

function factsOf({ name, variables }: z.infer<typeof schema>, pip: readonly string[]): CondaFacts {
  return {
    ...(name !== undefined && name !== null && { name }),
    hasVariables: typeof variables === 'object' && variables !== null && Object.keys(variables).length > 0,
    hasPipSection: pip.length > 0,
    hasEditables: pip.some((line) => /^\s*(?:-e|--editable)\b/.test(line)),
  };
}

function lineOf(text: string, part: string): number {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1;
}

/**
 * Conda's MatchSpec: `channel::name=1.2=build`, `name >=1,<2`, `name[version='>=1']`. A single `=` is a prefix (`=1.2` allows 1.2.3), and a
 * version without an operator, behind a blank, is exact.
 */
function readMatchSpec(text: string): ListedDistribution | undefined {
  const match = /^\s*(?:[\w./-]+(?:\/[\w-]+)?::)?([A-Za-z0-9_][\w.-]*)\s*(.*?)\s*$/.exec(
    text.replace(/\s#.*$/, ''),
  );
  const name = match?.[1];
  if (name === undefined) return undefined;
  const rest = match?.[2] ?? '';
  const bracket = /^\[.*?\bversion\s*=\s*["']?([^"'\],]+(?:,[^"'\]=]+)*)["']?/.exec(rest)?.[1];
  const specifier = bracket ?? rest.replace(/\[.*\]$/, '');
  return {
    name: normaliseName(name),
    specifier: pythonSpecifier(specifier.trim()),
    extras: [],
    groups: ['main'],
    isConda: true,
  };
}

function pythonSpecifier(text: string): string {
  if (text === '' || text === '*') return '';
  const exact = /^==?\s*([^=\s]+?)(?:=.*)?$/.exec(text);
  if (text.startsWith('==')) return `==${exact?.[1] ?? ''}`;
  if (text.startsWith('=')) {
    const version = exact?.[1] ?? '';
    const isWhole = /^=[^=]+=/.test(text);
    return `==${isWhole || version.endsWith('*') ? version : `${version}.*`}`;
  }
  if (/^[\d]/.test(text)) return `==${text.split(/[\s=]/)[0] ?? ''}`;
  return text.replace(/\s+/g, '');
}

function readPip(
  lines: readonly string[],
  file: EnvironmentText,
): Pick<EnvironmentFile, 'distributions' | 'includes' | 'problems' | 'indexUrls' | 'extraIndexUrls'> {
  const parsed = lines.map((text) => ({ text, file: parseRequirements(file.path, text) }));
  const all = parsed.flatMap((one) => one.file.lines);
  const urls = (asked: string): readonly string[] =>
    all.flatMap((line) =>
      line.kind === 'option'
        ? line.options.flatMap(({ name, value }) => (name === asked && value ? [value] : []))
        : [],
    );
  const extraIndexUrls = urls('--extra-index-url');
  return {
    distributions: parsed.flatMap((one) => {
      const line = lineOf(file.text, one.text);
      return one.file.lines.flatMap(listedIn).map((found) => ({ ...found, line }));
    }),
    includes: all.flatMap((line) =>
      line.kind === 'include' && line.includes === 'requirements' ? [line.target] : [],
    ),
    indexUrls: urls('--index-url'),
    ...(extraIndexUrls.length > 0 && { extraIndexUrls }),
    problems: parsed.flatMap((one) =>
      one.file.problems.map(({ message }) => ({
        path: file.path,
        line: lineOf(file.text, one.text),
        message,
      })),
    ),
  };
}

function listedIn(line: RequirementsLine): ListedDistribution[] {
  if (line.kind === 'requirement') {
    const { name, specifier, extras, marker, url } = line;
    return [
      {
        name,
        specifier,
        extras,
        groups: ['main'],
        ...(marker !== undefined && { marker }),
        ...(url !== undefined && { place: { kind: 'url', target: url } }),
      },
    ];
  }
  if (line.kind !== 'reference') return [];
  const place = { kind: line.referenceKind, target: line.target };
  return [{ name: line.name ?? line.target, extras: line.extras, groups: ['main'], place }];
}
