import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noFacts,
  parseDockerfile,
  type RewriteFacts,
  type RewriteId,
  resolveDockerfile,
  rewriteDockerfile,
  rewrites,
} from '../index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
/** Every case of every rewrite, and Dockerfiles as they are found in the wild. */
const texts = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.Dockerfile'))
  .sort()
  .map((name) => [name, readFileSync(join(fixtures, name), 'utf8')] as const);

/** Facts that let every rewrite do what it can. */
const facts: RewriteFacts = {
  ...noFacts,
  requirementClosure: new Map([
    ['requirements-dev.txt', ['requirements-dev.txt', 'requirements.txt']],
    ['requirements.txt', ['requirements.txt']],
  ]),
  requirementFolders: new Set(['requirements']),
  productionRequirements: new Map([['requirements-dev.txt', 'requirements.txt']]),
  developmentDistributions: new Set(['pytest', 'black', 'flake8']),
  cpuWheels: { requirements: ['torch>=2.2'], evidence: 'nothing in the project uses a GPU' },
  classifyPackage: (name) => {
    if (name.endsWith('-dev')) return { purpose: 'header', runtimePackages: [name.replace('-dev', '5')] };
    if (/^(build-essential|gcc|git|cmake)$/.test(name)) return { purpose: 'build', runtimePackages: [] };
    return { purpose: name === 'curl' ? 'convenience' : 'unknown', runtimePackages: [] };
  },
  packageOfCommand: (command) => (['curl', 'git'].includes(command) ? command : undefined),
  runtimeLibraries: [{ packageName: 'libgomp1', because: 'lightgbm loads a shared library of it' }],
  importStatements: ['import pandas', 'from fastapi import FastAPI'],
  isIgnored: (path) => path.startsWith('.venv/'),
  contextManifests: new Map([
    ['pyproject.toml', '[project]\nname = "svc"\ndependencies = ["fastapi"]\n'],
    ['environment.yml', 'name: geo\ndependencies:\n  - python=3.11\n  - gdal\n'],
    ...['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile', 'Pipfile.lock'].map((path) => [path, ''] as const),
  ]),
  editablePackages: new Map([
    ['.', { roots: ['svc'], because: undefined }],
    ['lib', { roots: ['lib/lib'], because: 'lib/lib/words.yaml is no declared package data' }],
  ]),
  rootNeeds: { ports: [8000], reasons: [], volumePaths: ['/models'] },
  credentialFiles: new Map([['pip.conf', 'a password']]),
  modelCacheFolders: new Set(['hf-cache']),
};

const ids: readonly RewriteId[] = rewrites.map((rewrite) => rewrite.id);
const asked = new Set(ids);

type Result = ReturnType<typeof rewriteDockerfile>;
const rewrite = (text: string, without: readonly RewriteId[] = []): Result =>
  rewriteDockerfile(text, facts, { without: new Set(without), asked });

/** Mostly all that there is: the more edits there are, the more of them meet. */
const few = fc.oneof(fc.constant<RewriteId[]>([]), fc.subarray([...ids]));
const many = fc.oneof(fc.constant([...ids]), fc.subarray([...ids]));

describe.each(texts)('%s', (_name, text) => {
  test('slimming the result again changes nothing', () => {
    const once = rewrite(text);
    const twice = rewrite(once.text);
    expect(twice.applied.map((one) => one.id)).toEqual([]);
    expect(twice.text).toBe(once.text);
  });

  test('any subset of the rewrites leaves a file that builds the same container', () => {
    const before = containerOf(text);
    fc.assert(
      fc.property(fc.subarray([...ids]), (without) => {
        const result = rewrite(text, without);
        const after = containerOf(result.text);
        const made = new Set(result.applied.map((one) => one.id));
        expect(after).toEqual(expectedOf(before, after, made));
        for (const one of result.applied) expect(one.reason).not.toBe('');
        for (const { because } of result.leftAlone) expect(foreignPlaces(because, text)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('any subset of the rewrites, opt-in ones among them, leaves nothing for a second time', () => {
    fc.assert(
      fc.property(few, many, (without, wanted) => {
        const again = (of: string): Result =>
          rewriteDockerfile(of, facts, { without: new Set(without), asked: new Set(wanted) });
        const once = again(text);
        const twice = again(once.text);
        expect(twice.applied.map((one) => one.id)).toEqual([]);
        expect(twice.text).toBe(once.text);
      }),
      { numRuns: 15 },
    );
  });

  test('no instruction outside of the edits is lost', () => {
    const kept = ['label', 'expose', 'volume', 'stopsignal', 'healthcheck', 'onbuild', 'maintainer'];
    const count = (of: string, keyword: string): number =>
      parseDockerfile(of).instructions.filter((one) => one.keyword === keyword).length;
    const after = rewrite(text).text;
    for (const keyword of kept) expect(count(after, keyword), keyword).toBe(count(text, keyword));
  });
});

/** Instructions of all cases, as they are written; those that name a stage or another escape character only work where they stand. */
const pool = texts
  .filter(([, text]) => !text.startsWith('# escape'))
  .flatMap(([, text]) =>
    parseDockerfile(text)
      .instructions.filter(
        ({ keyword, flags }) => keyword !== 'from' && !flags.some(({ name }) => name === 'from'),
      )
      .map(({ blockStart, range }) => text.slice(blockStart, range.end).replaceAll('\r', '')),
  );
const blocks = fc.array(fc.constantFrom(...new Set(pool)), { minLength: 1, maxLength: 12 });
const base = fc.constantFrom(
  'python:3.12',
  'python:3.12-slim',
  'debian:bookworm',
  'continuumio/miniconda3',
  'nvidia/cuda:12.4.1-devel-ubuntu22.04',
);

test('any mixture of instructions gives a file that parses, resolves and is left alone the second time', () => {
  const mixture = fc.record({ base, blocks, earlier: fc.option(blocks, { nil: undefined }) });
  fc.assert(
    fc.property(mixture, few, many, (given, without, wanted) => {
      const earlier =
        given.earlier === undefined ? '' : `FROM python:3.12 AS earlier\n${given.earlier.join('\n')}\n`;
      const text = `${earlier}FROM ${given.base}\n${given.blocks.join('\n')}\n`;
      // What cannot be resolved as it is given cannot be rewritten.
      fc.pre(isResolvable(text));
      const again = (of: string): Result =>
        rewriteDockerfile(of, facts, { without: new Set(without), asked: new Set(wanted) });
      const once = again(text);
      containerOf(once.text);
      expect(again(once.text).text).toBe(once.text);
    }),
    // The same mixtures each time: a rare one must not stop somebody else's work.
    { numRuns: 200, seed: 1968 },
  );
});

/** Lines and instructions that a sentence names, and that the user's text does not have. */
function foreignPlaces(because: string, text: string): readonly string[] {
  const { instructions } = parseDockerfile(text);
  const lines = new Set(instructions.map(({ startLine }) => `line ${startLine}`));
  const written = instructions.map(
    ({ keyword, value }) => `${keyword.toUpperCase()} ${value.trim().replace(/\s+/g, ' ')}`,
  );
  return [
    ...(because.match(/\bline \d+/g) ?? []).filter((line) => !lines.has(line)),
    ...[...because.matchAll(/`((?:ADD|COPY|RUN) [^`…]+)/g)]
      .map(([, quote = '']) => quote)
      // A secret in it is masked.
      .filter((quote) => !quote.includes('*') && !written.some((one) => one.startsWith(quote))),
  ];
}

function isResolvable(text: string): boolean {
  try {
    resolveDockerfile(parseDockerfile(text));
    return true;
  } catch {
    return false;
  }
}

interface Container {
  readonly name: string | undefined;
  readonly cmd: string | undefined;
  readonly entrypoint: string | undefined;
  readonly declared: readonly (readonly string[])[];
  readonly workdir: string | undefined;
  readonly user: string | undefined;
  readonly shell: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const declarations = ['expose', 'label', 'healthcheck', 'volume', 'stopsignal', 'onbuild'];

/** What the container that is built last is started with; the stages that it grows from count. */
function containerOf(text: string): Container {
  const model = resolveDockerfile(parseDockerfile(text));
  const target = model.stages[model.target];
  const chain = [];
  for (let at: number | undefined = model.target; at !== undefined; at = model.stages[at]?.baseStage)
    chain.unshift(model.stages[at]);
  const instructions = chain.flatMap((stage) => stage?.instructions ?? []);
  const values = (keyword: string): string[] =>
    instructions.filter((one) => one.syntax.keyword === keyword).map((one) => one.syntax.value);
  return {
    name: target?.name,
    cmd: values('cmd').at(-1),
    entrypoint: values('entrypoint').at(-1),
    declared: declarations.map(values),
    workdir: target?.after.workdir,
    user: target?.after.user,
    shell: target?.after.shell ?? [],
    env: target?.after.env ?? {},
  };
}

/** Variables of installers, which the running container has no use for. */
const installerVariable = /^(PIP_|UV_|POETRY_|PDM_|PIPENV_)/;

/** What the edits may change: each one says so in its title. */
function expectedOf(before: Container, after: Container, made: ReadonlySet<RewriteId>): Container {
  const isStartChanged = made.has('start-command');
  const env = { ...before.env };
  for (const [name, value] of Object.entries(after.env)) {
    const isNew =
      env[name] === undefined &&
      (/^(VIRTUAL_ENV|HF_HOME|PATH)$/.test(name) ||
        (made.has('conda-stages') && /^(LANG|LC_ALL|CONDA_(DIR|PREFIX|DEFAULT_ENV))$/.test(name)));
    // The environment comes first on PATH; what was on it stays.
    const isLonger = name === 'PATH' && made.size > 0 && value.endsWith(tailOf(env[name] ?? '$PATH'));
    const isMoved = name === 'VIRTUAL_ENV' && made.has('virtual-environment');
    if (isNew || isLonger || isMoved || installerVariable.test(name)) env[name] = value;
  }
  for (const name of Object.keys(env))
    if (installerVariable.test(name) && after.env[name] === undefined) delete env[name];
  return {
    ...before,
    env,
    ...(isStartChanged ? { cmd: after.cmd, entrypoint: after.entrypoint, declared: after.declared } : {}),
    // Without conda its script starts the program; where the base has an ENTRYPOINT, the stage has it now.
    ...(made.has('conda-stages')
      ? {
          cmd: after.cmd,
          entrypoint: after.entrypoint,
          shell: after.shell,
          declared: before.declared.map((values, at) =>
            declarations[at] === 'healthcheck' ? (after.declared[at] ?? []) : values,
          ),
        }
      : {}),
    ...(made.has('non-root-user') ? { user: after.user } : {}),
  };
}

/** Of `/root/.local/bin:$PATH` the part that no rewrite replaces. */
function tailOf(path: string): string {
  return path.split(':').at(-1) ?? '';
}
