import type { ShellCommand } from './model.ts';
import type { TextRange } from './syntax/syntax.ts';

/** One `pip install` inside a RUN, with the place of each argument. */
export interface PipInstall {
  readonly command: ShellCommand;
  /** `pip` also stands for `python -m pip`; `uv` for `uv pip`. */
  readonly tool: 'pip' | 'uv';
  /** Arguments of `-r`, with the range of the file name (or of the whole `--requirement=FILE` word). */
  readonly requirementFiles: readonly PlacedWord[];
  readonly constraintFiles: readonly PlacedWord[];
  /** Named requirements: `torch==2.3`, `"fastapi[standard]"`. */
  readonly requirements: readonly PlacedWord[];
  /** What is installed from the build context: `.`, `./pkg`, `-e .`, `pkg.whl`. */
  readonly localPaths: readonly PlacedWord[];
  /** Options in order, value joined with `=` where one was taken: `--index-url=…`, `--no-cache-dir`. */
  readonly options: readonly PlacedWord[];
  /** Position in `command.words` of the first word after `install`. */
  readonly firstArgument: number;
}

/** A word and where it stands in the Dockerfile's text. */
export interface PlacedWord {
  readonly text: string;
  readonly range: TextRange;
}

/** Options of `pip install` and `uv pip install` that take a value in the next word (pip 25, uv 0.8, `--help` of both). */
const optionsWithValue = new Set([
  '-i', '--index-url', '--pypi-url', '--extra-index-url', '-f', '--find-links', '-t', '--target', '--platform',
  '--python-version', '--implementation', '--abi', '--root', '--prefix', '--src', '-C', '--config-settings',
  '--global-option', '--no-binary', '--only-binary', '--progress-bar', '--root-user-action', '--report', '--proxy',
  '--retries', '--timeout', '--exists-action', '--trusted-host', '--cert', '--client-cert', '--cache-dir', '--log',
  '--use-feature', '--use-deprecated', '--upgrade-strategy', '--group', '--python', '-p', '--build-constraint',
  '--torch-backend', '--link-mode', '--resolution', '--prerelease', '--index', '--default-index', '--extra', '--overrides',
  '--index-strategy', '--keyring-provider', '--exclude-newer', '--python-platform', '--refresh-package', '--reinstall-package',
  '--upgrade-package', '-P', '--no-build-isolation-package', '--no-build-package', '--no-binary-package', '--allow-insecure-host',
  '--config-file', '--directory', '--project', '-w', '--wheel-dir', '-d', '--dest',
]); // biome-ignore format: a table

/** The `pip install` that a command is, or undefined: `pip`, `pip3.11`, `/venv/bin/pip`, `python -m pip`, `uv pip`, each behind `sudo`, too. */
export function readPipInstall(command: ShellCommand): PipInstall | undefined {
  const start = installArgument(command.words);
  return start && readArguments(command, start);
}

function readArguments(
  command: ShellCommand,
  start: { readonly tool: 'pip' | 'uv'; readonly firstArgument: number },
): PipInstall {
  const requirementFiles: PlacedWord[] = [];
  const constraintFiles: PlacedWord[] = [];
  const requirements: PlacedWord[] = [];
  const localPaths: PlacedWord[] = [];
  const options: PlacedWord[] = [];
  for (let at = start.firstArgument; at < command.words.length; at += 1) {
    const word = command.words[at] ?? '';
    const [name, inlineValue] = splitOption(word);
    const takesNext = inlineValue === undefined && takesValue(name);
    const value = takesNext ? command.words[at + 1] : inlineValue;
    const range = wordRange(command, takesNext && isFileOption(name) ? at + 1 : at);
    const whole = {
      start: wordRange(command, at).start,
      end: wordRange(command, takesNext ? at + 1 : at).end,
    };
    if (takesNext) at += 1;
    if (value !== undefined && (name === '-r' || name === '--requirement'))
      requirementFiles.push({ text: value, range });
    else if (value !== undefined && (name === '-c' || name === '--constraint'))
      constraintFiles.push({ text: value, range });
    else if (value !== undefined && (name === '-e' || name === '--editable'))
      localPaths.push({ text: value, range });
    else if (name.startsWith('-'))
      options.push({ text: value === undefined ? name : `${name}=${value}`, range: whole });
    else if (isLocalPath(word)) localPaths.push({ text: word, range });
    else requirements.push({ text: word, range });
  }
  return {
    command,
    tool: start.tool,
    requirementFiles,
    constraintFiles,
    requirements,
    localPaths,
    options,
    firstArgument: start.firstArgument,
  };
}

/** A `pip wheel` or `pip download`: it fills a folder with what an installation would bring. */
export interface WheelBuild {
  /** The installation that would bring the same. */
  readonly install: PipInstall;
  /** As written; the working directory where none is named. */
  readonly folder: string;
}

/** The `pip wheel -w /wheels -r requirements.txt` or `pip download -d /wheels …` that a command is, or undefined. */
export function readWheelBuild(command: ShellCommand): WheelBuild | undefined {
  const start = installArgument(command.words, ['wheel', 'download']);
  if (start === undefined) return undefined;
  const install = readArguments(command, start);
  const folder = install.options
    .map(({ text }) => /^(?:-w|--wheel-dir|-d|--dest)=(.*)$/.exec(text)?.[1])
    .findLast((value) => value !== undefined);
  return { install, folder: folder ?? '.' };
}

/** The names that a `pip uninstall -y NAME…` or `uv pip uninstall` takes out, as written; undefined for every other command. */
export function readPipUninstall(command: ShellCommand): readonly string[] | undefined {
  const start = installArgument(command.words, ['uninstall']);
  return start && readArguments(command, start).requirements.map(({ text }) => text);
}

/** The `pip install` that a command is or comes to: `uv pip sync FILE` and `pip-sync FILE` install what requirements files list. */
export function pipInstallOf(command: ShellCommand): PipInstall | undefined {
  return readPipInstall(command) ?? readPipSync(command);
}

function readPipSync(command: ShellCommand): PipInstall | undefined {
  const first = programAt(command.words);
  const program = (command.words[first] ?? '').split('/').pop() ?? '';
  const pip = program === 'uv' ? behindOptions(command.words, first + 1) : -1;
  const isUv = command.words[pip] === 'pip' && command.words[pip + 1] === 'sync';
  if (!isUv && program !== 'pip-sync') return undefined;
  const firstArgument = isUv ? pip + 2 : first + 1;
  const read = readArguments(command, { tool: isUv ? 'uv' : 'pip', firstArgument });
  const files = [...read.requirements, ...read.localPaths];
  // pip-sync reads `requirements.txt` unasked.
  const unnamed = isUv ? [] : [{ text: 'requirements.txt', range: command.range }];
  return {
    ...read,
    requirementFiles: files.length > 0 ? files : unnamed,
    requirements: [],
    localPaths: [],
  };
}

/** Is the option given, in any of its spellings? Values are not looked at. */
export function hasPipOption(install: PipInstall, ...names: readonly string[]): boolean {
  return install.options.some((option) => names.includes(option.text.split('=')[0] ?? ''));
}

/** Whether all comes from directories that are at hand: `--no-index --find-links=/wheels`. */
export function downloadsNothing(install: PipInstall): boolean {
  const links = install.options.filter(({ text }) => /^(?:-f|--find-links)=/.test(text));
  return hasPipOption(install, '--no-index') && links.every(({ text }) => !/=\w+:\/\/|=.*\$/.test(text));
}

function installArgument(
  words: readonly string[],
  verbs: readonly string[] = ['install'],
): { readonly tool: 'pip' | 'uv'; readonly firstArgument: number } | undefined {
  const first = programAt(words);
  const program = (words[first] ?? '').split('/').pop() ?? '';
  const after = (position: number, tool: 'pip' | 'uv'): ReturnType<typeof installArgument> => {
    const at = behindOptions(words, position);
    return verbs.includes(words[at] ?? '') ? { tool, firstArgument: at + 1 } : undefined;
  };
  if (/^pip(\d+(\.\d+)?)?$/.test(program)) return after(first + 1, 'pip');
  if (/^(python|pypy)(\d+(\.\d+)?)?$/.test(program)) {
    const module = moduleOf(words, first + 1);
    return module?.name === 'pip' ? after(module.next, 'pip') : undefined;
  }
  const pip = program === 'uv' ? behindOptions(words, first + 1) : -1;
  if (words[pip] === 'pip') return after(pip + 1, 'uv');
  return undefined;
}

/** The first word from there on that is no option, and no value of one: `uv --managed-python pip`. */
function behindOptions(words: readonly string[], from: number): number {
  let at = from;
  while (at < words.length && words[at]?.startsWith('-')) at += takesValue(words[at] ?? '') ? 2 : 1;
  return at;
}

/** The module that Python's options name, and what follows it: `-m pip`, `-mpip`, `-Im pip`; options of a script that Python runs are not its own. */
function moduleOf(words: readonly string[], from: number): { name: string; next: number } | undefined {
  for (let at = from; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--check-hash-based-pycs') at += 1;
    else if (!/^-[A-Za-z]/.test(word)) return undefined;
    const [, option, attached = ''] = /^-[^cmWX]*([cmWX])(.*)$/.exec(word) ?? [];
    if (option === 'c') return undefined;
    if (option === 'm') {
      return attached === '' ? { name: words[at + 1] ?? '', next: at + 2 } : { name: attached, next: at + 1 };
    }
    if (option !== undefined && attached === '') at += 1;
  }
  return undefined;
}

/** Where the program's word stands: behind `sudo -H`, `sudo -u NAME`, or first. */
function programAt(words: readonly string[]): number {
  if (words[0] !== 'sudo') return 0;
  let at = 1;
  while (at < words.length && words[at]?.startsWith('-')) at += /^-[ugpChrt]$/.test(words[at] ?? '') ? 2 : 1;
  return at;
}

function splitOption(word: string): readonly [string, string | undefined] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
  }
  // `-rrequirements.txt`: a short option with its value attached.
  if (/^-[rceift]./.test(word)) return [word.slice(0, 2), word.slice(2)];
  return [word, undefined];
}

function takesValue(name: string): boolean {
  return isFileOption(name) || optionsWithValue.has(name);
}

function isFileOption(name: string): boolean {
  return ['-r', '--requirement', '-c', '--constraint', '-e', '--editable'].includes(name);
}

function isLocalPath(word: string): boolean {
  const path = word.replace(/\[[^\]]*\]$/, '');
  return (
    path === '.' ||
    path === '..' ||
    /^\.{0,2}\//.test(path) ||
    path.startsWith('file:') ||
    /\.(whl|tar\.gz|zip)$/.test(path.replace(/^.*:\/\/.*$/, ''))
  );
}

function wordRange(command: ShellCommand, position: number): TextRange {
  return command.wordRanges[position] ?? command.range;
}
