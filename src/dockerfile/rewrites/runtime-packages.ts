import { type AptInstall, aptAction, readAptInstall } from '../apt-command.ts';
import { readCondaInstall } from '../conda-command.ts';
import type { Instruction, ShellCommand, Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { runsSetup } from '../programs.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { aptInstalls } from './apt-installs.ts';
import { isHarmless } from './classify-instruction.ts';
import { idleArguments } from './idle-arguments.ts';
import { hasPackagedPython, isBareDebian } from './make-environment.ts';
import { judgeComments } from './package-comments.ts';
import { removeBlock } from './remove-block.ts';
import { removeLinks } from './remove-links.ts';
import { removeWords } from './remove-words.ts';
import { leave, nothingToDo, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { isInstalling } from './tool-commands.ts';
import { usedCommands } from './used-commands.ts';

/**
 * Takes build tools, headers and conveniences out of the final stage's `apt-get install`; `libpq-dev` becomes `libpq5`.
 * A package that nobody knows stays, and so does one whose command something in the image calls.
 */
export const runtimePackages: Rewrite = {
  id: 'runtime-packages',
  title: 'Install run-time system packages only',
  risk: 'verify',
  propose({ syntax, model, placeOf }, facts) {
    const stage = model.stages[model.target];
    if (stage === undefined) return nothingToDo;
    const installer = stage.instructions.find(installsPython);
    if (installer !== undefined) {
      const names = droppedNames(stage, facts);
      return names.length === 0
        ? nothingToDo
        : leave(
            `system package${names.length === 1 ? '' : 's'} ${names.join(', ')}: ${placeOf(installer.syntax)} still installs distributions in this stage, which may need ${names.length === 1 ? 'it' : 'them'}`,
          );
    }
    const needed = packageUsers(new Map([...facts.neededCommands, ...usedCommands(stage)]), facts);
    const brought = new Set(broughtAlong(stage, facts));
    const verdicts = stage.instructions.flatMap((instruction, at) => {
      const later = stage.instructions.slice(at + 1);
      const work = later.find(isUnknownWork);
      const worker = work === undefined ? undefined : placeOf(work.syntax);
      return judge(instruction, later, { facts, needed, brought, worker, text: syntax.text });
    });
    const packages = verdicts.flatMap((verdict) => verdict.edits);
    const edits = [...packages, ...idleArguments(stage, model, { syntax, edits: packages })];
    const dropped = verdicts.flatMap((verdict) => verdict.dropped);
    const leftAlone = verdicts.flatMap((verdict) => verdict.leftAlone);
    if (edits.length === 0) return { ...nothingToDo, leftAlone };
    return {
      edits,
      leftAlone,
      reason: `${[...new Set(dropped)].join(', ')}: for building or for people, not for the running application`,
    };
  },
};

function installsPython(instruction: Instruction): boolean {
  return (
    instruction.commands?.some(
      (command) =>
        readPipInstall(command) !== undefined ||
        isInstalling(command) ||
        runsSetup(command) ||
        // Its `pip:` section may compile.
        readCondaInstall(command) !== undefined,
    ) === true
  );
}

/** The packages of a stage that are for building or for people. */
function droppedNames(stage: Stage, facts: RewriteFacts): readonly string[] {
  const names = aptInstalls(stage).flatMap(({ install }) => install.packages.map(({ name }) => name));
  return [...new Set(names)].filter((name) => {
    const { purpose } = facts.classifyPackage(name);
    return purpose !== 'run-time' && purpose !== 'unknown' && !isInterpreter(name);
  });
}

/** A script, or a program in a language that is not read here: it may compile, clone and download. */
function isUnknownWork({ syntax, commands }: Instruction): boolean {
  if (syntax.keyword !== 'run') return false;
  if (commands === undefined) return true;
  return commands
    .flatMap((command) => [command, ...(command.inner?.commands ?? [])])
    .some(({ words }) =>
      /^(\.{0,2}\/(?!usr\/|bin\/|opt\/venv\/).*|(.*\/)?(ba|da|a|z)?sh|source|\.|make|cmake|npm|yarn|pnpm|cargo|go|R|Rscript|julia)$/.test(
        words[0] ?? '',
      ),
    );
}

function packageUsers(
  commands: ReadonlyMap<string, string>,
  { packageOfCommand }: RewriteFacts,
): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [command, where] of commands) {
    const name = packageOfCommand(command);
    if (name !== undefined && !users.has(name)) users.set(name, `${where} calls ${command}`);
  }
  return users;
}

interface Verdict {
  readonly edits: readonly TextEdit[];
  readonly dropped: readonly string[];
  readonly leftAlone: readonly string[];
}

interface Context {
  readonly facts: RewriteFacts;
  /** Debian package → who calls which of its programs: `HEALTHCHECK calls curl`. */
  readonly needed: ReadonlyMap<string, string>;
  /** What the dropped packages bring along and the running container needs; taken from the set once it is named. */
  readonly brought: Set<string>;
  readonly text: string;
  /** Where a later step runs what is not read here, and may call anything. */
  readonly worker: string | undefined;
  /** Packages that a comment asks for. */
  readonly asked?: ReadonlySet<string>;
}

/**
 * On Debian's own Python, `python3-pip`, `python3-venv` and `python3-dev` bring the interpreter; and on bare Debian, pip and the programs that
 * download bring the certificate authorities. What is named anyway needs no second naming.
 */
function broughtAlong(stage: Stage, facts: RewriteFacts): string[] {
  if (!hasPackagedPython(stage)) return [];
  const names = aptInstalls(stage).flatMap(({ install }) => install.packages.map((found) => found.name));
  const dropped = names.filter((name) =>
    ['build', 'convenience'].includes(facts.classifyPackage(name).purpose),
  );
  const interpreters = names.flatMap(
    (name) => /^(python3(\.\d+)?)-(pip|venv|dev|distutils|full|minimal)$/.exec(name)?.[1] ?? [],
  );
  const certificates =
    isBareDebian(stage) && dropped.some((name) => /^(python3-pip|curl|wget|git)$/.test(name));
  const hasInterpreter = names.some(isInterpreter);
  return [
    ...(hasInterpreter ? [] : interpreters.slice(0, 1)),
    ...(certificates ? ['ca-certificates'] : []),
  ].filter((name) => !names.includes(name));
}

/** `python3`, `python3.11`: what the application runs on. */
function isInterpreter(name: string): boolean {
  return /^python3(\.\d+)?$/.test(name);
}

function judge(instruction: Instruction, later: readonly Instruction[], context: Context): Verdict[] {
  const installs = (instruction.commands ?? []).flatMap((command) => readAptInstall(command) ?? []);
  if (instruction.commands?.some((command) => isWork(command, context.text)) === true)
    return installs.map((install) => keptForWork(judgeInstall(install, context)));
  const comments = judgeComments(instruction, droppable(installs, context), context.text);
  const verdicts = installs.map((install) => judgeInstall(install, { ...context, asked: comments.asked }));
  const isAptOnly =
    instruction.commands?.every(
      (command) => aptAction(command) !== undefined || command.words[0] === 'rm',
    ) === true;
  const isEverythingDropped =
    installs.length > 0 &&
    installs.every((install, at) => verdicts[at]?.dropped.length === install.packages.length);
  const isReplaced = verdicts.some((verdict) => verdict.edits.some((edit) => edit.newText !== ''));
  if (!isEverythingDropped || isReplaced || !isAptOnly)
    return [...verdicts, { edits: comments.edits, dropped: [], leftAlone: [] }];
  const dropped = verdicts.flatMap((verdict) => verdict.dropped);
  const isUpdate = instruction.commands?.some((command) => aptAction(command) === 'update') === true;
  if (isUpdate && needsLists(later)) {
    const edits = removeLinks(instruction, context.text, (command) => readAptInstall(command) !== undefined);
    return edits.length === installs.length ? [{ edits, dropped, leftAlone: [] }] : [];
  }
  const { blockStart, range } = instruction.syntax;
  return [
    { edits: [removeBlock(context.text, { start: blockStart, end: range.end })], dropped, leftAlone: [] },
  ];
}

/** The next steps that have to do with apt install from the package lists of an earlier layer. */
function needsLists(later: readonly Instruction[]): boolean {
  const first = later
    .flatMap(({ commands }) => commands ?? [])
    .map(aptAction)
    .find((action) => action === 'update' || action === 'install');
  return first === 'install';
}

function keptForWork({ dropped, leftAlone }: Verdict): Verdict {
  const stays = dropped.map((name) => `system package ${name}: the rest of its RUN may work with it`);
  return { edits: [], dropped: [], leftAlone: [...leftAlone, ...stays] };
}

/** More than apt and its cleaning: `apt-get install sudo && echo … >> /etc/sudoers` works with what it installs. */
function isWork(command: ShellCommand, text: string): boolean {
  if (aptAction(command) !== undefined) return false;
  return !isHarmless(command) || text.slice(command.range.start, command.range.end).includes('>');
}

/** The packages that would go if no comment spoke for them. */
function droppable(installs: readonly AptInstall[], { facts, needed, worker }: Context): ReadonlySet<string> {
  if (worker !== undefined) return new Set();
  const names = installs.flatMap(({ packages }) => packages.map(({ name }) => name));
  return new Set(
    names.filter((name) => {
      const { purpose } = facts.classifyPackage(name);
      return purpose !== 'run-time' && purpose !== 'unknown' && !isInterpreter(name) && !needed.has(name);
    }),
  );
}

function judgeInstall(install: AptInstall, { facts, needed, brought, worker, asked }: Context): Verdict {
  const edits: TextEdit[] = [];
  const dropped: string[] = [];
  const leftAlone: string[] = [];
  const removed: AptInstall['packages'][number][] = [];
  for (const found of install.packages) {
    const { purpose, runtimePackages: runtime } = facts.classifyPackage(found.name);
    const user = needed.get(found.name);
    if (purpose === 'run-time' || isInterpreter(found.name)) continue;
    if (purpose === 'unknown')
      leftAlone.push(`system package ${found.name}: nothing here tells what it is for, so it stays`);
    else if (user !== undefined) leftAlone.push(`system package ${found.name}: ${user}`);
    else if (worker !== undefined)
      leftAlone.push(`system package ${found.name}: ${worker} may call it while the image is built`);
    else if (asked?.has(found.name) === true)
      leftAlone.push(`system package ${found.name}: the comment above it asks for it`);
    else {
      dropped.push(found.name);
      const instead = [...runtime, ...insteadOf(found.name, brought)];
      if (instead.length > 0) edits.push({ range: found.range, newText: instead.join(' ') });
      else removed.push(found);
    }
  }
  return { edits: [...edits, ...removeWords(install.command, removed)], dropped, leftAlone };
}

function insteadOf(name: string, brought: Set<string>): string[] {
  const found = [...brought].filter(
    (one) =>
      name.startsWith(`${one}-`) || (one === 'ca-certificates' && /^(python3-pip|curl|wget|git)$/.test(name)),
  );
  for (const one of found) brought.delete(one);
  return found;
}
