import { posix } from 'node:path';
import {
  argumentWords,
  hasPipOption,
  type Instruction,
  type PipInstall,
  readPipInstall,
} from '../dockerfile/index.ts';
import { type PackageIndexes, type RequirementsTree, readRequirementsTree } from '../python/index.ts';
import type { MissingRow } from './forecast.ts';
import { buildHint } from './forecast-image.ts';
import type { InstalledStages } from './installed-stages.ts';

/** Gives the text of a file of the build context, or undefined when there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Installations that look for packages in the same places. */
export interface PipStep {
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  readonly indexes: PackageIndexes;
}

/** All that pip and uv install. */
export interface PipSteps {
  /** In order; neighbours with the same indexes are one. */
  readonly steps: readonly PipStep[];
  /** pip compiles all modules that it installs. */
  readonly compilesAll: boolean;
  /** What pip downloaded stays in a layer of the target stage. */
  readonly keepsCache: boolean;
  /** Installations that bring something that is not in `steps`. */
  readonly missing: readonly MissingRow[];
}

interface Placed {
  readonly instruction: Instruction;
  readonly install: PipInstall;
}

/** Reads every `pip install` of the stages, and follows the requirements files they name. */
export async function readPipSteps(stages: InstalledStages, readText: ReadText): Promise<PipSteps> {
  const instructions = [...stages.builders, ...stages.own];
  const installs = instructions.flatMap(installsOf);
  const steps: PipStep[] = [];
  const problems: string[] = [];
  for (const placed of installs) {
    const read = await readStep(placed, { copies: instructions, readText });
    problems.push(...read.problems);
    const previous = steps.at(-1);
    if (previous !== undefined && JSON.stringify(previous.indexes) === JSON.stringify(read.step.indexes)) {
      steps[steps.length - 1] = {
        requirements: [...new Set([...previous.requirements, ...read.step.requirements])],
        constraints: [...new Set([...previous.constraints, ...read.step.constraints])],
        indexes: previous.indexes,
      };
    } else steps.push(read.step);
  }
  return {
    steps: steps.filter((step) => step.requirements.length > 0),
    compilesAll: installs.filter(bringsDependencies).some(compiles),
    keepsCache: installs.some((one) => stages.own.includes(one.instruction) && keepsCache(one)),
    missing: [...new Set(problems)].map((because) => ({
      group: 'python-dependencies',
      because,
      hint: buildHint,
    })),
  };
}

function installsOf(instruction: Instruction): Placed[] {
  return (instruction.commands ?? []).flatMap((command) => {
    const install = readPipInstall(command);
    return install === undefined ? [] : [{ instruction, install }];
  });
}

/** Not `pip install --upgrade pip`. */
function bringsDependencies({ install }: Placed): boolean {
  return (
    install.requirementFiles.length > 0 ||
    install.requirements.some((word) => !/^(pip|setuptools|wheel|uv)\b(?!-)/.test(word.text))
  );
}

function compiles({ install, instruction }: Placed): boolean {
  if (install.tool === 'pip') return !hasPipOption(install, '--no-compile');
  const byVariable = /^(1|true|yes|on)$/i.test(instruction.before.variables['UV_COMPILE_BYTECODE'] ?? '');
  return byVariable || hasPipOption(install, '--compile-bytecode', '--compile');
}

function keepsCache({ install, instruction }: Placed): boolean {
  // uv links what it installs to its cache, so that the copy weighs next to nothing in the same layer.
  if (install.tool === 'uv' || hasPipOption(install, '--no-cache-dir')) return false;
  const { variables } = instruction.before;
  if (/^(1|true|yes|on|off)$/i.test(variables['PIP_NO_CACHE_DIR'] ?? '')) return false;
  const isMounted = instruction.syntax.flags.some(
    (flag) =>
      flag.name === 'mount' &&
      /type=(cache|tmpfs).*\.cache|\.cache.*type=(cache|tmpfs)/.test(flag.value ?? ''),
  );
  return !isMounted && !/pip3?\s+cache\s+purge|rm\s[^&;]*\.cache/.test(instruction.syntax.value);
}

interface ReadContext {
  readonly copies: readonly Instruction[];
  readonly readText: ReadText;
}

async function readStep(
  { instruction, install }: Placed,
  context: ReadContext,
): Promise<{ readonly step: PipStep; readonly problems: readonly string[] }> {
  const requirements = install.requirements.map((word) => expand(word.text, instruction));
  const constraints: string[] = [];
  const problems: string[] = [];
  const options: { readonly name: string; readonly value: string | undefined }[] = [];
  const files = [
    ...install.requirementFiles.map((word) => ({ word, isConstraint: false })),
    ...install.constraintFiles.map((word) => ({ word, isConstraint: true })),
  ];
  for (const { word, isConstraint } of files) {
    const path = expand(word.text, instruction);
    const tree = await readTree(path, instruction, context);
    problems.push(
      ...tree.problems.map((one) => `${one.path}${one.line > 0 ? `:${one.line}` : ''}: ${one.message}`),
    );
    options.push(...tree.options);
    for (const { line, isConstraint: isLimit, path: file } of tree.requested) {
      const text = line.kind === 'requirement' ? requirementText(line) : undefined;
      if (text === undefined)
        problems.push(`${file}:${line.startLine} asks for something that has no name in a package index`);
      else (isConstraint || isLimit ? constraints : requirements).push(text);
    }
  }
  const place = `line ${instruction.syntax.startLine}`;
  problems.push(
    ...install.localPaths.map(
      (one) => `${place}: what \`pip install ${one.text}\` brings along is known to the build only`,
    ),
  );
  const fromCommand = install.options.map((word) => {
    const [name = '', ...value] = expand(word.text, instruction).split('=');
    return { name, value: value.join('=') };
  });
  return {
    step: { requirements, constraints, indexes: readIndexes([...options, ...fromCommand], instruction) },
    problems,
  };
}

type RequirementLine = Extract<RequirementsTree['requested'][number]['line'], { kind: 'requirement' }>;

/** Without hashes: the wheel for the image's platform is one of those that they allow. */
function requirementText(line: RequirementLine): string {
  const extras = line.extras.length === 0 ? '' : `[${line.extras.join(',')}]`;
  const marker = line.marker === undefined ? '' : ` ; ${line.marker}`;
  return `${line.nameAsWritten}${extras}${line.url === undefined ? line.specifier : ` @ ${line.url}`}${marker}`;
}

/** Options of the command and its files; pip's variables count where no option is given. */
function readIndexes(
  options: readonly { readonly name: string; readonly value: string | undefined }[],
  instruction: Instruction,
): PackageIndexes {
  const { variables } = instruction.before;
  const values = (...names: readonly string[]): string[] => [
    ...new Set(options.flatMap((one) => (names.includes(one.name) && one.value ? [one.value] : []))),
  ];
  const words = (variable: string): string[] => (variables[variable] ?? '').split(/\s+/).filter(Boolean);
  const indexUrl = values('-i', '--index-url', '--default-index').at(-1) ?? variables['PIP_INDEX_URL'];
  const extra = values('--extra-index-url', '--index');
  const links = values('-f', '--find-links');
  const hosts = values('--trusted-host');
  const has = (name: string): boolean => options.some((one) => one.name === name);
  return {
    ...(indexUrl !== undefined && { indexUrl }),
    extraIndexUrls: extra.length > 0 ? extra : words('PIP_EXTRA_INDEX_URL'),
    findLinks: (links.length > 0 ? links : words('PIP_FIND_LINKS')).filter((link) => /^https?:/.test(link)),
    trustedHosts: hosts.length > 0 ? hosts : words('PIP_TRUSTED_HOST'),
    ...(has('--no-index') && { isWithoutIndex: true }),
    ...(has('--pre') && { isPrereleaseAllowed: true }),
  };
}

function expand(text: string, instruction: Instruction): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, bare) => {
    return instruction.before.variables[braced ?? bare] ?? whole;
  });
}

async function readTree(
  path: string,
  instruction: Instruction,
  context: ReadContext,
): Promise<RequirementsTree> {
  for (const candidate of contextPaths(path, instruction, context.copies)) {
    if ((await context.readText(candidate)) !== undefined)
      return readRequirementsTree(candidate, context.readText);
  }
  const message = 'this requirements file is not in the build context';
  return { files: [], requested: [], options: [], problems: [{ path, line: 0, message }] };
}

/** Where a file of the container may stand in the build context, the likeliest first: by bind mount, by COPY, by its own path. */
function contextPaths(
  path: string,
  instruction: Instruction,
  copies: readonly Instruction[],
): readonly string[] {
  const absolute = posix.resolve(instruction.before.workdir ?? '/', path);
  const found: string[] = [];
  for (const flag of instruction.syntax.flags) {
    const settings = new Map(
      (flag.value ?? '').split(',').map((one) => [one.split('=')[0], one.split('=')[1]]),
    );
    const target = settings.get('target') ?? settings.get('dst') ?? settings.get('destination');
    if (flag.name !== 'mount' || settings.get('type') !== 'bind' || target === undefined) continue;
    const source = settings.get('source') ?? settings.get('src') ?? '.';
    found.push(...below(absolute, posix.resolve(instruction.before.workdir ?? '/', target), source));
  }
  for (const copy of copies.toReversed()) {
    if (
      !['copy', 'add'].includes(copy.syntax.keyword) ||
      copy.syntax.flags.some((flag) => flag.name === 'from')
    )
      continue;
    const words = argumentWords(copy.syntax).map((word) => word.text);
    const destination = posix.resolve(copy.before.workdir ?? '/', words.at(-1) ?? '.');
    for (const source of words.slice(0, -1)) {
      found.push(...below(absolute, destination, source));
      const inSource = posix.join(posix.dirname(source), posix.basename(absolute));
      if (posix.matchesGlob(inSource, posix.normalize(source)) && absolute.startsWith(destination))
        found.push(inSource);
    }
  }
  return [
    ...new Set([...found, path.replace(/^\/+/, ''), posix.basename(path)].map((one) => posix.normalize(one))),
  ];
}

function below(path: string, folder: string, source: string): readonly string[] {
  if (path === folder) return [source.replace(/^\/+/, '')];
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix)
    ? [posix.join('.', source, path.slice(prefix.length)).replace(/^\/+/, '')]
    : [];
}
