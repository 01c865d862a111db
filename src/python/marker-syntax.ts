/** Names that an environment marker may ask about (PEP 508; PEP 751 for the last two), and how they were spelt before. */
const variables = new Set([
  ...[
    'python_version',
    'python_full_version',
    'os_name',
    'sys_platform',
    'platform_release',
    'platform_system',
  ],
  ...['platform_version', 'platform_machine', 'platform_python_implementation', 'implementation_name'],
  ...['implementation_version', 'extra', 'extras', 'dependency_groups'],
  ...['os.name', 'sys.platform', 'platform.version', 'platform.machine', 'platform.python_implementation'],
  'python_implementation',
]);

const tokenPattern =
  /\s*(?:('[^']*'|"[^"]*")|(\(|\))|(===|==|~=|!=|<=|>=|<|>)|(not\s+in\b|in\b|and\b|or\b)|([A-Za-z][\w.]*))/y;

type Token = { readonly kind: 'value' | 'bracket' | 'comparison' | 'word'; readonly text: string };

/**
 * Whether a text is an environment marker after PEP 508, as pip's own parser judges it; nothing is evaluated.
 *
 *     python_version >= "3.8" and (os_name == "posix" or extra not in 'a b')
 */
export function isMarker(text: string): boolean {
  const tokens = tokensOf(text);
  if (tokens === undefined) return false;
  const end = alternatives(tokens, 0);
  return end === tokens.length;
}

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const whole = text.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < whole.length) {
    const match = tokenPattern.exec(whole);
    if (match === null) return undefined;
    const [, quoted, bracket, comparison, word, name] = match;
    if (name !== undefined && !variables.has(name)) return undefined;
    if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
    else if (comparison !== undefined) tokens.push({ kind: 'comparison', text: comparison });
    else if (word === 'and' || word === 'or') tokens.push({ kind: 'word', text: word });
    else if (word !== undefined) tokens.push({ kind: 'comparison', text: word });
    else tokens.push({ kind: 'value', text: quoted ?? name ?? '' });
  }
  return tokens;
}

/** Each gives the position behind what it read, or undefined where that is not there. */
type Reader = (tokens: readonly Token[], at: number) => number | undefined;

const alternatives: Reader = (tokens, at) => chain(tokens, at, { word: 'or', part: conditions });

const conditions: Reader = (tokens, at) => chain(tokens, at, { word: 'and', part: condition });

function chain(
  tokens: readonly Token[],
  at: number,
  { word, part }: { readonly word: string; readonly part: Reader },
): number | undefined {
  let end = part(tokens, at);
  while (end !== undefined && tokens[end]?.kind === 'word' && tokens[end]?.text === word)
    end = part(tokens, end + 1);
  return end;
}

const condition: Reader = (tokens, at) => {
  if (tokens[at]?.text === '(' && tokens[at]?.kind === 'bracket') {
    const end = alternatives(tokens, at + 1);
    return end !== undefined && tokens[end]?.text === ')' ? end + 1 : undefined;
  }
  const isWhole =
    tokens[at]?.kind === 'value' && tokens[at + 1]?.kind === 'comparison' && tokens[at + 2]?.kind === 'value';
  return isWhole ? at + 3 : undefined;
};
