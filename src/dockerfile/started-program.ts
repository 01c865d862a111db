import { posix } from 'node:path';

/** What a command starts instead of doing work itself, by the words of the command. */
export type StartedProgram =
  /** A text that a shell reads: `sh -c TEXT`, `eval TEXT`. */
  | { readonly kind: 'text'; readonly at: number; readonly because: string | undefined }
  /** Another command: `xargs pip install`, `gosu app pip install`. */
  | { readonly kind: 'words'; readonly at: number; readonly because: string };

const shell = /^(?:sh|bash|ash|dash)$/;
const loginShell = 'a login shell sets PATH anew';
const otherUser = 'it runs as another user';

/**
 * The program that a shell, `eval`, `su`, `sudo sh`, `xargs`, `gosu` or `conda run` starts; undefined for every other command. `because` says why
 * it does not run as the same text would in the RUN itself; it is undefined where it does.
 */
export function startedProgram(words: readonly string[]): StartedProgram | undefined {
  const program = posix.basename(words[0] ?? '');
  if (shell.test(program)) return shellText(words, 0);
  switch (program) {
    case 'eval':
      return words.length === 2 ? { kind: 'text', at: 1, because: undefined } : undefined;
    case 'su':
    case 'runuser':
      return userText(words);
    case 'sudo':
      return sudoText(words);
    case 'xargs':
      return startedWords(words, xargsOptions, 'xargs adds words that stand in no Dockerfile');
    case 'gosu':
    case 'su-exec':
      return words.length > 2 ? { kind: 'words', at: 2, because: otherUser } : undefined;
    case 'conda':
    case 'mamba':
    case 'micromamba':
      return words[1] === 'run'
        ? startedWords(words, condaOptions, 'it runs in an environment of conda', 2)
        : undefined;
    default:
      return undefined;
  }
}

/** `bash -eo pipefail -c TEXT`; with a reason for a login or interactive shell, and for one that hands the text arguments. */
function shellText(words: readonly string[], from: number): StartedProgram | undefined {
  let isLogin = false;
  for (let at = from + 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!/^[-+]/.test(word)) return undefined;
    isLogin ||= /^(-\w*[li]\w*|--login|--rcfile|--init-file)$/.test(word);
    if (/^-\w*c\w*$/.test(word)) {
      const text = /o\w*$/.test(word) ? at + 2 : at + 1;
      if (words[text] === undefined || words[text]?.startsWith('-') === true) return undefined;
      const because = isLogin ? loginShell : words.length > text + 1 ? 'it is handed arguments' : undefined;
      return { kind: 'text', at: text, because };
    }
    if (/^[-+]\w*[oO]$/.test(word) || /^--(rcfile|init-file)$/.test(word)) at += 1;
  }
  return undefined;
}

/** `su - app -c TEXT`, `su -c TEXT app`, `runuser -u app -- COMMAND`. */
function userText(words: readonly string[]): StartedProgram | undefined {
  const at = words.findIndex((word) => /^(-c|--command)$/.test(word));
  if (at !== -1)
    return words[at + 1] === undefined ? undefined : { kind: 'text', at: at + 1, because: otherUser };
  const end = words.indexOf('--');
  return end === -1 || words[end + 1] === undefined
    ? undefined
    : { kind: 'words', at: end + 1, because: otherUser };
}

/** `sudo -E bash -c TEXT`; the program behind `sudo` itself is read with the `sudo` in front of it. */
function sudoText(words: readonly string[]): StartedProgram | undefined {
  const at = words.findIndex((word, position) => position > 0 && shell.test(posix.basename(word)));
  const found = at === -1 ? undefined : shellText(words, at);
  return found === undefined ? undefined : { ...found, because: 'sudo sets the environment anew' };
}

const xargsOptions = /^(-[nLPIads]|--(max-args|max-lines|max-procs|arg-file|delimiter|max-chars))$/;
const condaOptions = /^(-n|--name|-p|--prefix|--cwd)$/;

/** The command behind the options of a program, some of which take the next word. */
function startedWords(
  words: readonly string[],
  withValue: RegExp,
  because: string,
  from = 1,
): StartedProgram | undefined {
  let at = from;
  while (words[at]?.startsWith('-') === true) at += withValue.test(words[at] ?? '') ? 2 : 1;
  return words[at] === undefined ? undefined : { kind: 'words', at, because };
}

/** Programs that start what stands behind their options, as it would run without them, with the options that take the next word. */
const transparent: Readonly<Record<string, RegExp>> = {
  command: /^$/,
  exec: /^-a$/,
  nohup: /^$/,
  setsid: /^$/,
  time: /^-[of]$/,
  nice: /^(-n|--adjustment)$/,
  ionice: /^-[cn]$/,
  stdbuf: /^-[ioe]$/,
  eatmydata: /^$/,
};

/** The words of a command without the programs that only start it, and the variables that they set. */
export interface BareCommand {
  /** Positions of the words that are left: `env A=1 timeout 5 pip install x` → those of `pip install x`. */
  readonly kept: readonly number[];
  /** `NAME=value`, of `env`. */
  readonly assignments: readonly string[];
}

/** Looks past `env NAME=value`, `timeout 5`, `nice`, `time`, `exec` and the like, behind `sudo`, too. */
export function bareCommand(words: readonly string[]): BareCommand {
  const lead = words[0] === 'sudo' && !(words[1] ?? '').startsWith('-') ? 1 : 0;
  const assignments: string[] = [];
  let at = lead;
  for (let next = behindStarter(words, at, assignments); next !== undefined; ) {
    at = next;
    next = behindStarter(words, at, assignments);
  }
  const kept = words.map((_, position) => position).filter((position) => position < lead || position >= at);
  return at === lead
    ? { kept: words.map((_, position) => position), assignments: [] }
    : { kept, assignments };
}

/** The position of the command that a starter at `at` starts; undefined where none stands there, or its options say more. */
function behindStarter(words: readonly string[], at: number, assignments: string[]): number | undefined {
  const program = posix.basename(words[at] ?? '');
  let next = at + 1;
  if (program === 'env') {
    const set: string[] = [];
    for (; /^[A-Za-z_]\w*=/.test(words[next] ?? ''); next += 1) set.push(words[next] ?? '');
    if (words[next] === undefined || words[next]?.startsWith('-') === true) return undefined;
    assignments.push(...set);
    return next;
  }
  if (program === 'timeout') {
    while (words[next]?.startsWith('-') === true) next += /^-[ks]$/.test(words[next] ?? '') ? 2 : 1;
    return /^[\d.]+[smhd]?$/.test(words[next] ?? '') && words[next + 1] !== undefined ? next + 1 : undefined;
  }
  const withValue = Object.hasOwn(transparent, program) ? transparent[program] : undefined;
  if (withValue === undefined) return undefined;
  // `command -v pip` asks where it is, and `exec > log` starts nothing.
  if (program === 'command' && words[next]?.startsWith('-') === true) return undefined;
  while (words[next]?.startsWith('-') === true) next += withValue.test(words[next] ?? '') ? 2 : 1;
  return words[next] === undefined ? undefined : next;
}
