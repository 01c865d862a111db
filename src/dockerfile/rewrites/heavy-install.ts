import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { hasPipOption, type PipInstall, readPipInstall } from '../pip-command.ts';
import { mountsOf } from '../run-mounts.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { readContextCopy } from './context-paths.ts';
import type { CopiedEnvironment } from './copied-environment.ts';
import { quoteRequirement, usesCpuIndex } from './cpu-wheels.ts';
import { distributionName } from './production-requirements.ts';
import type { HeavyFacts, ResolvedDockerfile } from './rewrite.ts';
import { isInstalling, isToolCommand, makesEnvironment } from './tool-commands.ts';

/** Where the heavy requirements are installed, and how. */
export interface HeavyInstall {
  /** The instruction that the step goes in front of: the COPY of the requirements, or the installation. */
  readonly before: Instruction;
  /** `--mount=type=secret,id=pip ` of the installation. */
  readonly flags: readonly string[];
  /** `pip install --no-cache-dir`; undefined where an earlier step has installed all that is heavy. */
  readonly command: string | undefined;
  readonly requirements: readonly string[];
}

/** The file that tells by its time what was installed after the heavy distributions. */
export function heavyMark(path: string): string {
  return `${path}.heavy`;
}

/** Where the files lie that are newer than the heavy distributions. */
export function restOf(path: string): string {
  return `${path}-rest`;
}

/** Succeeds where all that the mark lists is still there, but for what the pruning script has taken out whole. */
export function isAllThere(path: string, takesInstallers: boolean): string {
  return takesInstallers
    ? `grep -vxFf ${path}.aside/gone ${heavyMark(path)} | xargs ls -d > /dev/null`
    : `xargs ls -d < ${heavyMark(path)} > /dev/null`;
}

/** The pruning script takes pip, setuptools and wheel out of the environment. */
export function takesInstallers({ builder }: CopiedEnvironment): boolean {
  return builder.instructions.some(({ syntax }) => / --since .* --installers\b/.test(syntax.value));
}

/** The instruction that makes the mark: all that is heavy is installed in front of it. */
export function findHeavyMark({ builder, path }: CopiedEnvironment): Instruction | undefined {
  return builder.instructions.find(({ commands = [] }) =>
    commands.some(({ words }) => /^(touch|find)$/.test(words[0] ?? '') && words.at(-1) === heavyMark(path)),
  );
}

/** Finds the first installation that an added requirement changes; a text says why none can be put in front of it, undefined that there is none. */
export function findHeavyInstall(
  { builder }: CopiedEnvironment,
  { syntax, placeOf }: ResolvedDockerfile,
  heavy: HeavyFacts,
): HeavyInstall | string | undefined {
  const installs = builder.instructions.flatMap(placedInstalls);
  const earlier = installs.filter(({ install }) => install !== undefined && usesCpuIndex(install));
  const later = installs.filter((one) => !earlier.includes(one));
  const [first] = later;
  if (first === undefined) return undefined;
  const place = placeOf(first.instruction.syntax);
  const tool = later.find(({ install }) => install === undefined);
  if (tool !== undefined)
    return `${placeOf(tool.instruction.syntax)} installs all that a lock file or manifest lists in one step`;
  const options = later.map((one) => optionsOf(one, syntax.text).join(' '));
  if (options.some((one) => one !== options[0]))
    return `${place} and a later step install with different options`;
  const obstacle = obstacleIn(first, place) ?? sourceBefore(builder.instructions, first.instruction, placeOf);
  if (obstacle !== undefined) return obstacle;
  const known = new Set(
    earlier.flatMap(({ install }) => install?.requirements.map(({ text }) => distributionName(text)) ?? []),
  );
  const requirements = heavy.requirements.filter((text) => !known.has(distributionName(text)));
  const pip = first.install?.command.words.slice(0, first.install.firstArgument).join(' ') ?? '';
  const words = [pip, ...optionsOf(first, syntax.text), ...heavy.options];
  return {
    before: aboveCopies(builder.instructions, first.instruction),
    flags: mountsThatStay(first.instruction, syntax.text),
    command: requirements.length === 0 ? undefined : words.join(' '),
    requirements,
  };
}

/** The step, with the mark behind it. */
export function heavyStep(
  { before, flags, command, requirements }: HeavyInstall,
  { path, eol }: { readonly path: string; readonly eol: string },
): TextEdit {
  const { blockStart } = before.syntax;
  const run = [...flags, `${command} ${requirements.map(quoteRequirement).join(' ')}`].join(` \\${eol}    `);
  const lines = [
    '# What is heavy comes first, in layers of its own: one more requirement neither installs nor ships it again.',
    ...(command === undefined ? [] : [`RUN ${run}`]),
    `RUN touch ${heavyMark(path)}`,
    '',
    '',
  ];
  return { range: { start: blockStart, end: blockStart }, newText: lines.join(eol) };
}

interface PlacedInstall {
  readonly instruction: Instruction;
  /** Undefined for what uv, Poetry, PDM or Pipenv install. */
  readonly install: PipInstall | undefined;
}

/** What brings distributions; not `pip install --upgrade pip`, and not the making of an environment. */
function placedInstalls(instruction: Instruction): PlacedInstall[] {
  return (instruction.commands ?? [])
    .filter((command) => isInstalling(command) && !makesEnvironment(command))
    .map((command) => ({ instruction, install: readPipInstall(command) }));
}

/** Options of the installation as written: those that say from where and how. */
function optionsOf({ install }: PlacedInstall, text: string): readonly string[] {
  return (install?.options ?? []).map(({ range }) => text.slice(range.start, range.end));
}

function obstacleIn({ instruction, install }: PlacedInstall, place: string): string | undefined {
  const { commands = [] } = instruction;
  if (install === undefined) return undefined;
  if (isProgram(instruction)) return `${place} installs in a program of its own`;
  const stubborn = [
    '--force-reinstall',
    '--ignore-installed',
    '-I',
    '--no-deps',
    '--require-hashes',
    '-t',
    '--target',
  ];
  const option = stubborn.find((name) => hasPipOption(install, name));
  if (option !== undefined) return `${place} installs with ${option}`;
  const links = install.options.find(({ text }) => /^(-f|--find-links)=(?!\w+:\/\/)/.test(text));
  if (links !== undefined) return `${place} installs from a folder, which would have to be there before`;
  if (install.constraintFiles.length > 0)
    return `${place} installs within ${install.constraintFiles[0]?.text}, which would have to be there before`;
  const other = commands.find((command) => !isPlain(command));
  return other === undefined ? undefined : `${place} also runs \`${other.words.join(' ').slice(0, 40)}\``;
}

/** A heredoc, `bash -c '…'` or a JSON form: nothing is put into it, or behind it. */
function isProgram({ syntax, quoted }: Instruction): boolean {
  return syntax.heredocs.length > 0 || quoted.length > 0 || syntax.json !== undefined;
}

/** A RUN that installs, and does nothing that a command behind it would notice. */
export function isPlainInstallation(instruction: Instruction): boolean {
  const { commands = [] } = instruction;
  return commands.some(isInstalling) && commands.every(isPlain) && !isProgram(instruction);
}

/** Leaves no variable, folder or setting that the installation behind it may depend on. */
function isPlain(command: ShellCommand): boolean {
  const { words, assignments, isTopLevel } = command;
  if (!isTopLevel || assignments.length > 0) return false;
  if (isInstalling(command) || isToolCommand(command) || aptAction(command) !== undefined) return true;
  return ['rm', 'true', 'echo', 'which', 'ls', ':', 'find'].includes(words[0] ?? '');
}

/** With the source in front of it, the step would run after each change of the code. */
function sourceBefore(
  instructions: readonly Instruction[],
  install: Instruction,
  placeOf: ResolvedDockerfile['placeOf'],
): string | undefined {
  const above = instructions.slice(0, instructions.indexOf(aboveCopies(instructions, install)));
  const source = above.find((one) => readContextCopy(one)?.isBroad === true);
  return (
    source &&
    `${placeOf(source.syntax)} copies the source in front of the installation, and other steps stand between`
  );
}

/** The first of the COPY instructions that stand directly above the installation. */
function aboveCopies(instructions: readonly Instruction[], install: Instruction): Instruction {
  let at = instructions.indexOf(install);
  for (let one = instructions[at - 1]; one !== undefined && isPassed(one); one = instructions[at - 1])
    at -= 1;
  return instructions[at] ?? install;
}

/** A COPY of the build context that pip itself reads nothing of. */
function isPassed(instruction: Instruction): boolean {
  const copy = readContextCopy(instruction);
  return (
    copy !== undefined &&
    !copy.sources.some((source) => /(pip\.conf|\.netrc|\.crt|\.pem|\.whl)$/.test(source))
  );
}

/** All mounts but those of files: a requirements file that is mounted would be there again. */
function mountsThatStay(instruction: Instruction, text: string): readonly string[] {
  const mounts = mountsOf(instruction);
  return instruction.syntax.flags
    .filter(({ name }) => name === 'mount')
    .filter((_, at) => mounts[at]?.get('type') !== 'bind')
    .map(({ range }) => text.slice(range.start, range.end));
}
