/** One image build as a command line says it. */
export interface BuildCommand {
  /** As written, undefined for the default or where a variable hides it. */
  readonly dockerfile: string | undefined;
  readonly target: string | undefined;
  /** The context's path as written; undefined for a remote or unknown one. */
  readonly context: string | undefined;
  /** True where a variable hides which Dockerfile or stage is meant. */
  readonly isHidden: boolean;
  /** Kaniko reads the Dockerfile relative to the context, the others relative to the working directory. */
  readonly isRelativeToContext: boolean;
  readonly isPushed: boolean;
  /** Names that `--build-context` gives to contexts. */
  readonly contextNames: readonly string[];
  /** `docker buildx build`, plain `docker build`, or another builder. */
  readonly form: 'buildx' | 'docker' | 'other';
  /** Whether an option names a cache, or forbids any. */
  readonly hasCacheOption: boolean;
  /** Whether an option says where the image goes (`--load`, `--push`, `--output`). */
  readonly hasOutput: boolean;
}

/** Options of `docker build` and its kin that take their value from the next word (docker 28, podman 5, buildah 1.39). */
const withValue = new Set([
  '-t', '--tag', '--build-arg', '--build-context', '-f', '--file', '--target', '--platform', '--label', '--cache-from', '--cache-to',
  '--secret', '--ssh', '--network', '--progress', '-o', '--output', '--iidfile', '--builder', '--metadata-file', '--shm-size', '--ulimit',
  '--add-host', '-m', '--memory', '--attest', '--provenance', '--sbom', '--annotation', '--arch', '--os', '--format', '--layers-from',
  '-c', '--cpu-shares', '--cpuset-cpus', '--cgroup-parent', '--isolation', '--jobs', '--volume', '-v', '--env', '--authfile',
  '--dockerfile', '--context', '--destination', '-d', '--cache-repo', '--context-sub-path',
]); // biome-ignore format: a table

/** The build that the words of a command are, or undefined: `docker buildx build -f a/Dockerfile --target run .`, `/kaniko/executor --dockerfile x`. */
export function readBuildCommand(words: readonly string[]): BuildCommand | undefined {
  const rest = words[0] === 'sudo' ? words.slice(1) : words;
  const [program = '', ...others] = rest;
  const name = program.split('/').pop() ?? '';
  if (name === 'executor' && program.includes('kaniko')) return readOptions(others, 'kaniko');
  if (!/^(docker|podman|buildah|nerdctl|img)$/.test(name)) return undefined;
  const at = others.findIndex((word) => !word.startsWith('-'));
  const action = others.slice(at);
  const skipped = /^(buildx|image|builder)$/.test(action[0] ?? '') ? 1 : 0;
  return /^(build|bud|b)$/.test(action[skipped] ?? '') && at !== -1
    ? readOptions(action.slice(skipped + 1), formOf(name, action))
    : undefined;
}

function formOf(name: string, action: readonly string[]): BuildCommand['form'] {
  if (name !== 'docker') return 'other';
  return action[0] === 'buildx' ? 'buildx' : 'docker';
}

function readOptions(words: readonly string[], form: BuildCommand['form'] | 'kaniko'): BuildCommand {
  const isKaniko = form === 'kaniko';
  const values = new Map<string, string>();
  const positional: string[] = [];
  const contextNames: string[] = [];
  const set = (option: string, value: string): void => {
    values.set(option, value);
    if (option === '--build-context') contextNames.push(value.split('=')[0] ?? '');
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const equals = word.indexOf('=');
    if (word.startsWith('-') && word !== '-' && equals > 0)
      set(word.slice(0, equals), word.slice(equals + 1));
    else if (withValue.has(word)) {
      set(word, words[at + 1] ?? '');
      at += 1;
    } else if (word.startsWith('-') && word !== '-') values.set(word, '');
    else positional.push(word);
  }
  const file = values.get('-f') ?? values.get('--file') ?? values.get('--dockerfile');
  const target = values.get('--target');
  const context = isKaniko ? (values.get('--context') ?? values.get('-c')) : positional.at(-1);
  return {
    dockerfile: file,
    target,
    context:
      context === undefined || /^(https?|git|ssh|dir|s3|gs):|^git@|^-$/.test(context) ? undefined : context,
    isHidden: [file, target, context].some((one) => one?.includes('$') === true),
    isRelativeToContext: isKaniko,
    isPushed: values.has('--push') || (isKaniko && !values.has('--no-push')),
    contextNames,
    form: isKaniko ? 'other' : form,
    hasCacheOption:
      ['--cache-from', '--cache-to', '--cache', '--cache-repo', '--no-cache'].some((one) =>
        values.has(one),
      ) || words.some((word) => /BUILDKIT_INLINE_CACHE/.test(word)),
    hasOutput: ['--load', '--push', '-o', '--output'].some((one) => values.has(one)),
  };
}

/** The commands of a script, word by word: split at line ends, `&&`, `||`, `;` and `|`, quotes and comments taken off. */
export function splitScript(script: string): readonly (readonly string[])[] {
  const joined = script.replace(/\\\r?\n[ \t]*/g, ' ');
  const tokens =
    joined.match(/"(?:\\.|[^"\\])*"|'[^']*'|&&|\|\|?|[;\n]|(?:\\.|\$\([^()]*\)|[^\s"'&|;\\])+|\s+|./g) ?? [];
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  let isComment = false;
  for (const token of tokens) {
    if (token.includes('\n')) isComment = false;
    else if (isComment || (word === undefined && token.startsWith('#'))) {
      isComment = true;
      continue;
    }
    if (/^(&&|\|\|?|;|\n)$/.test(token)) {
      endWord();
      if (words.length > 0) commands.push(words);
      words = [];
    } else if (/^\s+$/.test(token)) {
      endWord();
      if (token.includes('\n') && words.length > 0) {
        commands.push(words);
        words = [];
      }
    } else word = `${word ?? ''}${/^["']/.test(token) && token.length > 1 ? token.slice(1, -1) : token}`;
  }
  endWord();
  return words.length > 0 ? [...commands, words] : commands;
}
