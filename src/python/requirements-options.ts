/** `--hash=sha256:…` or another option of a requirements file. */
export interface RequirementOption {
  /** The long spelling: `--index-url` also for `-i`. */
  readonly name: string;
  /** Undefined for a bare switch. */
  readonly value: string | undefined;
}

const withValue: Readonly<Record<string, string>> = {
  '-i': '--index-url',
  '--index-url': '--index-url',
  '--pypi-url': '--index-url',
  '--extra-index-url': '--extra-index-url',
  '-c': '--constraint',
  '--constraint': '--constraint',
  '-r': '--requirement',
  '--requirement': '--requirement',
  '-e': '--editable',
  '--editable': '--editable',
  '-f': '--find-links',
  '--find-links': '--find-links',
  '--no-binary': '--no-binary',
  '--only-binary': '--only-binary',
  '--trusted-host': '--trusted-host',
  '--use-feature': '--use-feature',
  '--hash': '--hash',
  '-C': '--config-settings',
  '--config-setting': '--config-settings',
  '--config-settings': '--config-settings',
  '--global-option': '--global-option',
  '--install-option': '--install-option',
  '--all-releases': '--all-releases',
  '--only-final': '--only-final',
};

const bare: ReadonlySet<string> = new Set([
  ...['--no-index', '--prefer-binary', '--require-hashes', '--no-require-hashes', '--pre'],
]);

/** The options that pip knows in requirements files (pip, requirements file format). */
export const optionSpelling: { readonly perRequirement: ReadonlySet<string> } = {
  perRequirement: new Set(['--hash', '--config-settings', '--global-option', '--install-option']),
};

/**
 * Splits a logical line into the requirement and the options behind it, as pip's `break_args_options`:
 * the requirement ends before the first blank-separated word that starts with a dash. As optparse does, a long option may be
 * cut short where that is clear, and words between options are passed over.
 *
 *     pyyaml==6.0.2 --hash=sha256:1b2c --hash sha256:3d4e
 */
export function splitOptionWords(
  line: string,
):
  | { readonly requirement: string; readonly options: readonly RequirementOption[] }
  | { readonly error: string } {
  const tokens = line.split(' ');
  const firstOption = tokens.findIndex((token) => token.startsWith('-'));
  if (firstOption === -1) return { requirement: line, options: [] };
  const requirement = tokens.slice(0, firstOption).join(' ').trim();
  const words = shellWords(tokens.slice(firstOption).join(' '));
  if (!words) return { error: 'a quotation mark is not closed' };
  const options: RequirementOption[] = [];
  for (let position = 0; position < words.length; position += 1) {
    const word = words[position] ?? '';
    if (!/^-./.test(word)) continue;
    const { name: written, attached } = splitWord(word);
    const name = wholeName(written);
    const long = name === undefined ? undefined : withValue[name];
    if (name !== undefined && bare.has(name) && attached === undefined)
      options.push({ name, value: undefined });
    else if (name !== undefined && long !== undefined) {
      const value = attached ?? words[++position];
      if (value === undefined) return { error: `${name} needs a value` };
      if (long === '--hash' && !isHash(value)) return { error: `"${value}" is no hash: --hash=sha256:…` };
      options.push({ name: long, value });
    } else return { error: `pip knows no option ${written} here` };
  }
  return { requirement, options };
}

/** pip's strong hashes (`pip.utils.hashes.STRONG_HASHES`). */
function isHash(value: string): boolean {
  return /^(sha256|sha384|sha512):/.test(value);
}

/** `--no-bin` for `--no-binary`; undefined where several or no options start so. */
function wholeName(written: string): string | undefined {
  if (bare.has(written) || withValue[written] !== undefined || !written.startsWith('--')) return written;
  const starting = [...bare, ...Object.keys(withValue)].filter((name) => name.startsWith(written));
  return new Set(starting.map((name) => withValue[name] ?? name)).size === 1 ? starting[0] : undefined;
}

// `--name=value`, `-rfile` and `-r=file` carry their value with them.
function splitWord(word: string): { readonly name: string; readonly attached: string | undefined } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    return at === -1
      ? { name: word, attached: undefined }
      : { name: word.slice(0, at), attached: word.slice(at + 1) };
  }
  if (word.length <= 2) return { name: word, attached: undefined };
  return { name: word.slice(0, 2), attached: word.slice(2).replace(/^=/, '') };
}

/** Words as Python's `shlex.split` makes them, or undefined for an open quotation. */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let position = 0; position < text.length; position += 1) {
    const char = text.charAt(position);
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else if (char === '\\' && quote === '"' && /["\\]/.test(text.charAt(position + 1))) {
        word = (word ?? '') + text.charAt(++position);
      } else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && position + 1 < text.length) word = (word ?? '') + text.charAt(++position);
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
