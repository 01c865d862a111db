import { hasPipOption, type Instruction, type PipInstall, readPipInstall } from '../dockerfile/index.ts';
import { type PackageIndexes, type RequirementsTree, readRequirementsTree } from '../python/index.ts';
import { contextPaths } from './context-paths.ts';
import type { MissingRow } from './forecast.ts';
import { buildHint } from './forecast-image.ts';
import type { InstalledStages } from './installed-stages.ts';
import { type LocalProject, manifestBehind, readLocalProject } from './local-projects.ts';
import { type ProjectStep, readProjectSteps } from './project-steps.ts';

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
  /** A tool made the environment, with a pip of its own in it. */
  readonly seedsEnvironment: boolean;
  /** The wheels that it took that pip from stay in a layer of the target stage. */
  readonly keepsSeeds: boolean;
  /** pip builds a project of the build context in the target stage, with tools that it fetches for that. */
  readonly buildsProject: boolean;
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
  const projects: ProjectStep[] = [];
  const found: { readonly step: PipStep; readonly problems: readonly string[] }[] = [];
  for (const instruction of instructions) {
    for (const placed of installsOf(instruction))
      found.push(await readStep(placed, { copies: instructions, readText }));
    const ofTools = await readProjectSteps(instruction, readText);
    projects.push(...ofTools);
    found.push(...ofTools);
  }
  const problems = found.flatMap((one) => one.problems);
  const isOwn = (one: { readonly instruction: Instruction }): boolean => stages.own.includes(one.instruction);
  const seeds = projects.filter(({ install }) => install.tool === 'poetry' || install.tool === 'pipenv');
  return {
    steps: joinSteps(found.map(({ step }) => step)).filter((step) => step.requirements.length > 0),
    compilesAll: installs.filter(bringsDependencies).some(compiles) || projects.some(compilesProject),
    keepsCache:
      installs.some((one) => isOwn(one) && keepsCache(one)) ||
      projects.some((one) => isOwn(one) && keepsToolCache(one)),
    buildsProject: installs.some((one) => isOwn(one) && one.install.localPaths.length > 0),
    seedsEnvironment: seeds.length > 0,
    keepsSeeds: seeds.some(isOwn),
    missing: [...new Set(problems)].map((because) => ({
      group: 'python-dependencies',
      because,
      hint: buildHint,
    })),
  };
}

/** Neighbours with the same indexes are one. */
function joinSteps(steps: readonly PipStep[]): readonly PipStep[] {
  const joined: PipStep[] = [];
  for (const step of steps) {
    const previous = joined.at(-1);
    if (previous === undefined || JSON.stringify(previous.indexes) !== JSON.stringify(step.indexes))
      joined.push(step);
    else
      joined[joined.length - 1] = {
        requirements: [...new Set([...previous.requirements, ...step.requirements])],
        constraints: [...new Set([...previous.constraints, ...step.constraints])],
        indexes: previous.indexes,
      };
  }
  return joined;
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
  return (
    isOn(instruction.before.variables['UV_COMPILE_BYTECODE']) ||
    hasPipOption(install, '--compile-bytecode', '--compile')
  );
}

/** uv and PDM compile when they are told to, Poetry since 1.4 likewise; Debian's Poetry is older and installs by pip, as pipenv does. */
function compilesProject({ install, instruction }: ProjectStep): boolean {
  if (install.arguments.some((word) => word === '--compile' || word === '--compile-bytecode')) return true;
  const { variables } = instruction.before;
  if (install.tool === 'uv') return isOn(variables['UV_COMPILE_BYTECODE']);
  return install.tool === 'pipenv' || install.tool === 'poetry';
}

function isOn(variable: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(variable ?? '');
}

/** uv links to its cache; the others keep what they downloaded unless a mount takes it or it is removed in the same step. */
function keepsToolCache({ install, instruction }: ProjectStep): boolean {
  if (install.tool === 'uv') return false;
  const isMounted = instruction.syntax.flags.some(
    ({ name, value = '' }) =>
      name === 'mount' && /type=(cache|tmpfs)/.test(value) && /\.cache|CACHE/.test(value),
  );
  return !isMounted && !/rm\s[^&;]*cache|cache\s+(clear|purge)/.test(instruction.syntax.value);
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
    const manifest = manifestBehind(path, instruction.syntax.value);
    const written = manifest === undefined ? undefined : await readLocal(manifest, instruction, context);
    if (written !== undefined) {
      requirements.push(...written.requirements);
      problems.push(...written.problems);
      continue;
    }
    const tree = await readTree(path, instruction, context);
    problems.push(
      ...tree.problems.map((one) => `${one.path}${one.line > 0 ? `:${one.line}` : ''}: ${one.message}`),
    );
    options.push(...tree.options);
    for (const { line, isConstraint: isLimit, path: file } of tree.requested) {
      const text = line.kind === 'requirement' ? requirementText(line) : undefined;
      const local =
        line.kind === 'reference' && line.referenceKind === 'path'
          ? await readLocal(withExtras(line), instruction, context)
          : undefined;
      if (local !== undefined) {
        requirements.push(...local.requirements);
        problems.push(...local.problems);
      } else if (text === undefined)
        problems.push(`${file}:${line.startLine} asks for something that has no name in a package index`);
      else (isConstraint || isLimit ? constraints : requirements).push(text);
    }
  }
  const place = `line ${instruction.syntax.startLine}`;
  for (const { text } of install.localPaths) {
    const local = await readLocal(expand(text, instruction), instruction, context);
    requirements.push(...(local?.requirements ?? []));
    problems.push(
      ...(local?.problems ?? [
        `${place}: what \`pip install ${text}\` brings along is known to the build only`,
      ]),
    );
  }
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

/** In requirements files pip puts in variables in this spelling alone, and leaves those that are not set (`expand_env_variables`). */
function withVariables(
  text: string | undefined,
  variables: Readonly<Record<string, string>>,
): string | undefined {
  return text?.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name) => variables[name] || whole);
}

type ReferenceLine = Extract<RequirementsTree['requested'][number]['line'], { kind: 'reference' }>;

function withExtras({ target, extras }: ReferenceLine): string {
  return extras.length === 0 ? target : `${target}[${extras.join(',')}]`;
}

/** A folder with a project in it, by its path in the container. */
async function readLocal(
  target: string,
  instruction: Instruction,
  { copies, readText }: ReadContext,
): Promise<LocalProject | undefined> {
  const path = target.replace(/\[[^\]]*\]$/, '').replace(/^file:(\/\/)?/, '');
  return readLocalProject(target, contextPaths(path, instruction, copies), readText);
}

async function readTree(
  path: string,
  instruction: Instruction,
  context: ReadContext,
): Promise<RequirementsTree> {
  for (const candidate of contextPaths(path, instruction, context.copies)) {
    if ((await context.readText(candidate)) !== undefined)
      return readRequirementsTree(candidate, async (file) =>
        withVariables(await context.readText(file), instruction.before.variables),
      );
  }
  const message = 'this requirements file is not in the build context';
  return { files: [], requested: [], options: [], problems: [{ path, line: 0, message }] };
}
