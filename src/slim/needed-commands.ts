import { posix } from 'node:path';
import { aptAction, readPipInstall, shippedStages, withInner } from '../dockerfile/index.ts';
import type { Project, ProjectText } from '../project/index.ts';
import { aptPackage, packageOfCommand } from '../python/index.ts';
import { containerCommand } from './container-command.ts';
import type { ProjectStudy } from './study-project.ts';

/** What tells which programs the running container calls. */
export interface CommandsInput {
  readonly project: Project;
  readonly study: ProjectStudy;
  /** Debian packages that an earlier attempt turned out to miss: package → why. */
  readonly foundMissing: ReadonlyMap<string, string>;
}

/** Commands that the application's code and the scripts it starts with call, each with its place, and those that an earlier attempt missed. */
export function neededCommands({ project, study, foundMissing }: CommandsInput): Map<string, string> {
  const needed = new Map<string, string>();
  const files = new Set([...study.application.sources, ...study.application.buildSources]);
  for (const file of files) {
    for (const call of file.commands)
      for (const program of call.programs) needed.set(posix.basename(program), `${file.path}:${call.line}`);
  }
  for (const script of startedScripts(project)) {
    for (const word of wordsOf(script)) if (/^[a-z][\w.+-]*$/.test(word)) needed.set(word, script.path);
  }
  for (const name of foundMissing.keys()) {
    for (const command of aptPackage(name)?.commands ?? [])
      if (packageOfCommand(command) === name && !needed.has(command))
        needed.set(command, 'the running container');
  }
  return needed;
}

/** The base names of all words of CMD, ENTRYPOINT, HEALTHCHECK, what the compose file starts in their place, and the scripts that they start. */
export function startCommands(project: Project): Set<string> {
  const words = [...startWords(project), ...startedScripts(project).flatMap(wordsOf)];
  return new Set(words.map((word) => posix.basename(word)));
}

/** The base names of all words that the RUNs of the image's stages hold beside installations, and those of the scripts that they name. */
export function buildCommands({ dockerfile, texts }: Project): Set<string> {
  const commands = shippedStages(dockerfile.model)
    .flatMap((stage) => stage.instructions)
    .flatMap((one) => (one.commands ?? []).flatMap(withInner))
    .filter((command) => readPipInstall(command) === undefined && aptAction(command) === undefined);
  const words = commands.flatMap((command) => command.words).map((word) => posix.basename(word));
  const scripts = texts.shellScripts.filter(({ path }) => words.includes(posix.basename(path)));
  return new Set([...words, ...scripts.flatMap(wordsOf).map((word) => posix.basename(word))]);
}

/** True where the container starts an interactive shell: who works in it may use whatever is installed. */
export function startsShell({ dockerfile }: Project): boolean {
  const words = containerCommand(dockerfile.model).filter((word) => !word.startsWith('-'));
  const program =
    words[0] === '/bin/sh' && words.length > 1 ? words.slice(1).join(' ').trim() : words.join(' ');
  return /^(\/usr)?(\/bin\/)?(ba|z|da)?sh$/.test(program);
}

/** The shell scripts that CMD, ENTRYPOINT and HEALTHCHECK name. */
export function startedScripts(project: Project): readonly ProjectText[] {
  const starts = new Set(startWords(project).map((word) => posix.basename(word)));
  return project.texts.shellScripts.filter(({ path }) => starts.has(posix.basename(path)));
}

function startWords({ dockerfile, compose }: Project): string[] {
  const { model } = dockerfile;
  const instructions = model.stages[model.target]?.instructions ?? [];
  const ofImage = instructions
    .filter((one) => ['cmd', 'entrypoint', 'healthcheck'].includes(one.syntax.keyword))
    .flatMap(({ syntax }) => syntax.json ?? [syntax.value]);
  const ofServices = (compose?.builders ?? []).flatMap(({ command, entrypoint, healthcheck }) => [
    ...[command ?? [], entrypoint ?? []].flat(),
    ...(healthcheck === undefined || healthcheck === 'disabled' ? [] : healthcheck),
  ]);
  // `["sh", "-c", "exec gunicorn …"]` has a command line in one word.
  return [...ofImage, ...ofServices].flatMap((text) => text.split(/[\s;&|"'()]+/));
}

/** Comments call nothing: `# convert the weights`. */
function wordsOf(script: ProjectText): string[] {
  return script.text.replace(/^[ \t]*#(?!!).*$/gm, '').split(/[\s;&|()`"'$]+/);
}
