import type { Instruction, ShellCommand } from '../model.ts';
import { filledIn } from './filled-in.ts';

/** Users and groups that Debian's and Alpine's base images bring. */
const baseUsers = new Set(['root', 'daemon', 'bin', 'mail', 'www-data', 'nobody']);
const baseGroups = new Set(['root', 'daemon', 'bin', 'mail', 'users', 'www-data', 'nogroup']);

/** True for a command that makes a user or a group. */
export function isUserMaking({ words }: ShellCommand): boolean {
  return /^(\/usr\/sbin\/)?(useradd|groupadd|adduser|addgroup)$/.test(words[0] ?? '');
}

/** Whether `COPY --chown=USER` would find the user behind these instructions; numbers need no user. */
export function hasUser(name: string, before: readonly Instruction[]): boolean {
  if (/^\d+$/.test(name) || baseUsers.has(name)) return true;
  return before.some((one) => one.commands?.some((command) => madeUser(command, one) === name));
}

/** The same for a group: one of its own, or the one that comes with a user of that name. */
export function hasGroup(name: string, before: readonly Instruction[]): boolean {
  if (/^\d+$/.test(name) || baseGroups.has(name)) return true;
  return before.some((one) =>
    one.commands?.some((command) => madeGroup(command, one) === name || ownGroup(command, one) === name),
  );
}

/** The user's own group where it is sure to have the user's name: `useradd app` makes the group `app` too, with Debian's settings. */
export function ownGroup(command: ShellCommand, instruction: Instruction): string | undefined {
  const words = command.words.slice(1);
  if (words.some((word) => /^(-g|-N|--gid|--ingroup|--no-user-group)/.test(word))) return undefined;
  if (programOf(command) === 'useradd') return madeUser(command, instruction);
  // A system user of `adduser` goes to nogroup unless a group is asked for; Alpine's takes an existing one with -G.
  const isSystem = words.some((word) => word === '--system' || /^-[a-zA-Z]*S/.test(word));
  if (programOf(command) !== 'adduser' || words.includes('-G')) return undefined;
  return !isSystem || words.includes('--group') ? madeUser(command, instruction) : undefined;
}

function madeUser(command: ShellCommand, instruction: Instruction): string | undefined {
  return ['useradd', 'adduser'].includes(programOf(command)) ? operandOf(command, instruction) : undefined;
}

function madeGroup(command: ShellCommand, instruction: Instruction): string | undefined {
  return ['groupadd', 'addgroup'].includes(programOf(command)) ? operandOf(command, instruction) : undefined;
}

const optionsWithValue =
  /^(-[bcdefgGkKpPRsuUZ]|-[a-zA-Z]*[ugGdsh]|--(uid|gid|groups|home|home-dir|shell|comment|gecos|ingroup|base-dir|password|key|skel|expiredate|inactive|firstuid|lastuid|conf))$/;
/** Letters that take no value although a command with others of that name does. */
const switches =
  /^(-r|-m|-M|-U|-N|-o|-l|-S|-D|-H|-f|-rm|-mr|-ms?U|-mU|-Um|--system|--create-home|--no-create-home|--user-group|--disabled-(password|login)|--group|--no-user-group|--non-unique|--force|--quiet)$/;

/** The name behind the options: `app` of `useradd -m -u 1000 app`, also of `useradd app -m`. */
function operandOf({ words }: ShellCommand, { before }: Instruction): string | undefined {
  const rest = words.slice(1);
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-')) return filledIn(word, before.variables);
    if (!switches.test(word) && optionsWithValue.test(word)) at += 1;
  }
  return undefined;
}

function programOf({ words }: ShellCommand): string {
  return (words[0] ?? '').split('/').pop() ?? '';
}
