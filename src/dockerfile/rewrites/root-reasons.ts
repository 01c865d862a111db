import type { Instruction, Stage } from '../model.ts';
import { classifyInstruction } from './classify-instruction.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { isUserMaking } from './stage-users.ts';
import { usedCommands } from './used-commands.ts';

type PlaceOf = ResolvedDockerfile['placeOf'];

/** Programs of a running container that need root, or that change the user by themselves. */
const rootPrograms =
  /^(gosu|su-exec|su|sudo|setpriv|runuser|apt|apt-get|apk|dpkg|chown|useradd|usermod|groupmod|service|systemctl|supervisord|cron|crond|nginx|sshd|mount|iptables|ldconfig|s6-svscan|update-ca-certificates)$/;
const lowestPort = 1024;
const start = ['cmd', 'entrypoint', 'healthcheck'];

/** Why the container needs root, or may: a user of its own would break it. Empty when nothing speaks against one. */
export function rootReasons(stage: Stage, facts: RewriteFacts, placeOf: PlaceOf): string[] {
  const places = (one: Instruction): string => placeOf(one.syntax);
  const programs = [...usedCommands({ ...stage, instructions: stage.instructions.filter(isStart) }).keys()];
  const privileged = programs.filter((name) => rootPrograms.test(name));
  return [
    ...(facts.rootNeeds === undefined ? ['what the application does at run time was not read'] : []),
    ...(facts.rootNeeds?.reasons ?? []),
    ...privileged.map((name) => `the container starts with ${name}, which needs root`),
    ...lowPorts(stage, facts),
    ...stage.instructions.flatMap((one) => reasonsIn(one, places(one))),
    ...workdirReason(stage),
  ];
}

function isStart({ syntax }: Instruction): boolean {
  return start.includes(syntax.keyword);
}

function lowPorts({ instructions }: Stage, { rootNeeds }: RewriteFacts): string[] {
  const exposed = instructions
    .filter(({ syntax }) => syntax.keyword === 'expose')
    .flatMap(({ syntax }) => syntax.value.split(/\s+/).map((word) => Number.parseInt(word, 10)));
  const started = instructions
    .filter(isStart)
    .flatMap(({ syntax }) => [...syntax.value.matchAll(/(?:--port[",=\s]+|:)(\d{1,5})\b/g)])
    .map((match) => Number(match[1]));
  const low = [...new Set([...exposed, ...started, ...(rootNeeds?.ports ?? [])])].filter(
    (port) => port > 0 && port < lowestPort,
  );
  return low.map(
    (port) => `port ${port} is below ${lowestPort}, which not every runtime lets another user than root open`,
  );
}

function reasonsIn(instruction: Instruction, place: string): string[] {
  const { keyword, value, heredocs } = instruction.syntax;
  if (keyword === 'volume') return [`${place}: what is in its volumes by now belongs to root`];
  if (keyword === 'onbuild') return [`${place}: ONBUILD acts in images built from this one`];
  const text = [value, ...heredocs.map((one) => one.content)].join('\n');
  if (
    keyword !== 'run' &&
    keyword !== 'label' &&
    keyword !== 'arg' &&
    /(^|[\s"'=:])(\/root|~)(\/|\b|$)/.test(text)
  )
    return [`${place}: /root is closed to other users`];
  if (keyword !== 'run') return [];
  const { role, installs } = classifyInstruction(instruction);
  const commands = instruction.commands ?? [];
  if (installs.some((install) => install.options.some(({ text: option }) => option === '--user')))
    return [`${place}: pip installs into root's home`];
  if (role === 'other' && !commands.every((command) => isUserMaking(command) || isPlain(command.words[0])))
    return [`${place}: what it leaves in root's home, or for root alone, is not known`];
  return [];
}

function isPlain(program: string | undefined): boolean {
  return ['mkdir', 'chmod', 'chown', 'ln', 'rm', 'echo', 'set', 'true', 'test', '['].includes(program ?? '');
}

/** Without a directory of its own, nobody knows where the application writes. */
function workdirReason({ after }: Stage): string[] {
  const { workdir } = after;
  if (workdir === undefined || workdir === '/')
    return ['without a WORKDIR, where the application writes is not known'];
  return /^\/(root|usr|etc|var|tmp|bin|lib)(\/|$)/.test(workdir) || workdir.includes('$')
    ? [`the working directory ${workdir} is no folder of the application's own`]
    : [];
}
