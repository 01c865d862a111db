/** What gives a piece of text away as a secret. */
export type SecretTextKind = 'access token' | 'private key' | 'URL credentials' | 'password';

/** A secret in a text: where its value stands, never the value itself. */
export interface FoundSecret {
  readonly kind: SecretTextKind;
  /** The variable, option or field that the value was given to, where there is one. */
  readonly name?: string;
  /** Range of the value in the text: offsets in UTF-16 units, the end excluded. */
  readonly start: number;
  readonly end: number;
}

interface SecretPattern {
  readonly kind: SecretTextKind;
  /** Has a group `value`, and may have a group `name`. */
  readonly pattern: RegExp;
  /** The pattern is looked for only in a text that has this as well. */
  readonly requires?: RegExp;
}

// Issuers give their tokens a prefix so that scanners can find them; JWT is RFC 7519 with a JSON header (`eyJ` is `{"` in base64).
const tokenShape = new RegExp(
  `(?<![A-Za-z0-9_])(?<value>${[
    'gh[oprsu]_(?=[A-Za-z]*\\d)[A-Za-z0-9]{16,}',
    'github_pat_\\w{22,}',
    'glpat-[\\w-]{20,}',
    '(?:AKIA|ASIA)(?!\\w*EXAMPLE)[0-9A-Z]{16}(?![0-9A-Za-z])',
    'AIza[\\w-]{35}',
    'hf_(?=[A-Za-z]*\\d)[A-Za-z0-9]{16,}',
    'xox[abeoprs]-[\\w-]{10,}',
    'npm_(?=[A-Za-z]*\\d)[A-Za-z0-9]{30,}',
    'pypi-[\\w-]{50,}',
    'dckr_pat_[\\w-]{20,}',
    'nvapi-[\\w-]{40,}',
    'sk_(?:live|test)_\\w{16,}',
    '(?<!-)sk-(?!ssh-|ecdsa-)(?=[\\w-]*\\d)(?=[\\w-]*[A-Za-z])[\\w-]{16,}',
    'SG\\.[\\w-]{22}\\.[\\w-]{43}',
    'eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]*',
  ].join('|')})`,
  'dg',
);
const privateKey =
  /(?<value>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$))/dg;

// A shell word: quoted and bare parts side by side.
const word = String.raw`(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s;&|"'\\])+`;
const secretWord =
  'password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|signing[_-]?key|encryption[_-]?key|credentials?';
const secretOption = `--(?!(?:no|disabled?|without|skip|allow|generate|ask|prompt|random|require)-)(?<name>(?:[\\w-]{0,63}[_-])?(?:${secretWord}))`;

// Names and schemes have a longest length, so that a word of kilobytes (base64 in a RUN) is not read anew from each of its characters.
/** Secrets by their place: behind an option, in a URL, in a header. */
const placed: readonly SecretPattern[] = [
  { kind: 'private key', pattern: privateKey },
  { kind: 'access token', pattern: tokenShape },
  // https://user:password@host, up to the last @ before the path, since passwords hold @ too
  {
    kind: 'URL credentials',
    pattern: /\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@"']*:(?!x-oauth-basic@)(?<value>[^\s/"']+)@/dgi,
  },
  {
    kind: 'URL credentials',
    pattern: /\b[a-z][a-z0-9+.-]{0,31}:\/\/(?<value>[^\s/:@"']+):(?:x-oauth-basic)?@/dgi,
  },
  {
    kind: 'URL credentials',
    pattern: /\b[a-z][a-z0-9+.-]{0,31}:\/\/(?<value>(?=[\w-]*\d)[\w-]{16,})@/dgi,
  },
  // -H "Authorization: Bearer …"
  {
    kind: 'access token',
    pattern:
      /(?<name>(?:proxy-)?authorization)\\?["']?\s*[:=]\s*\\?["']?(?:bearer|basic|token|apikey)\s+(?<value>[^\s"'\\]+)/dgi,
  },
  {
    kind: 'access token',
    pattern:
      /(?<name>x-api-key|private-token|job-token|deploy-token|x-auth-token|x-vault-token)\s*:\s*(?<value>[^\s"'\\]+)/dgi,
  },
  // --password x, --token=x, "--api-key", "x"
  {
    kind: 'password',
    pattern: new RegExp(`${secretOption}(?:=|\\s+)(?<value>(?!id=|--)${word})`, 'dgi'),
  },
  {
    kind: 'password',
    pattern: new RegExp(`${secretOption}["']\\s*,?\\s*["'](?<value>[^"']+)`, 'dgi'),
  },
  // curl -u user:password; `//` would be the rest of a URL behind pip's --user
  {
    kind: 'password',
    requires: /\b(?:curl|wget|http)\b/,
    pattern:
      /[\s"'](?:-[A-Za-z]*[uU]|--user|--proxy-user)["'=,\s]*(?!\d+:\d+\b)[^\s:"'=,]*:(?!\/\/)(?<value>[^\s"']+)/dg,
  },
  {
    kind: 'password',
    requires: /\blogin\b|\bsshpass\b|\buser(?:add|mod)\b/,
    pattern: new RegExp(`(?:login|sshpass|user(?:add|mod))\\b[^;|\\n]*?\\s-p[=\\s]*(?<value>${word})`, 'dg'),
  },
  {
    kind: 'password',
    requires: /\bmysql/,
    pattern: new RegExp(`\\bmysql\\w*\\b[^;|\\n]*?\\s-p(?<value>${word})`, 'dg'),
  },
  // echo "root:password" | chpasswd
  {
    kind: 'password',
    requires: /\bchpasswd\b/,
    pattern: /(?:echo|printf|<<<)\s+(?:-\w+\s+)?["']?[\w.${}-]+:(?<value>[^\s"'|\\]+)/dg,
  },
  // echo password | docker login --password-stdin; gh auth login --with-token
  {
    kind: 'password',
    requires: /--(?:(?:password|token|api-key)-stdin|stdin|with-token)\b/,
    pattern: new RegExp(
      `(?:echo|printf)\\s+(?:-\\w+\\s+)?(?<value>${word})\\s*\\|[^|;&\\n]*?--(?:(?:password|token|api-key)-stdin|stdin|with-token)\\b`,
      'dg',
    ),
  },
  {
    kind: 'password',
    pattern: new RegExp(
      `\\bhtpasswd\\s+(?:-\\w+\\s+)*-\\w*b\\w*\\s+(?:-\\w+\\s+)*\\S+\\s+\\S+\\s+(?<value>${word})`,
      'dg',
    ),
  },
  // the lines of a .netrc
  { kind: 'password', pattern: /\blogin\s+\S+\s+password\s+(?<value>[^\s"'\\]+)/dg },
  // //registry.npmjs.org/:_authToken=…; the `auths` of Docker's config.json
  {
    kind: 'access token',
    pattern: /(?<name>_auth(?:Token)?|_password)\s*[=\s]\s*(?<value>[^\s"'\\]+)/dg,
  },
  {
    kind: 'password',
    pattern: /"(?<name>auth|identitytoken|registrytoken)\\?"\s*:\s*\\?"(?<value>[^"\\]{4,})/dg,
  },
  // {"api_key": "…"}
  {
    kind: 'password',
    pattern: new RegExp(
      `(?<name>(?<![\\w-])[\\w-]*(?:${secretWord}))\\\\?["']\\s*:\\s*\\\\?["'](?<value>[^"'\\\\]+)`,
      'dgi',
    ),
  },
];

const assignment = new RegExp(`(?<![\\w$-])(?<name>[A-Za-z_][\\w.-]{0,127})=(?<value>${word})`, 'dg');
// Builders write the values of ENV, ARG and build arguments without quotes: one ends where the next name begins.
const bareAssignment =
  /(?<=\s)(?<name>[A-Za-z_][\w.-]*)=(?<value>\S[\s\S]*?)(?=\s+[A-Za-z_][\w.-]*=|\s+\/\S+\s+-|\s+# buildkit\s*$|\s*$)/dg;
const bareSection =
  /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:ENV|ARG)\s[\s\S]*$|^(?:RUN\s+)?\|\d+\s[\s\S]*?\s\/\S+\s+-/;

/**
 * Finds the secrets in an instruction of a Dockerfile or of an image's history, and in lines of settings: values of variables and
 * options that are named like secrets, credentials in URLs and headers, tokens by the shape that their issuers gave them,
 * private keys. References (`$TOKEN`, `/run/secrets/x`) and empty values are none. In order, none overlapping.
 */
export function findSecrets(text: string): FoundSecret[] {
  const section = bareSection.exec(text)?.[0];
  return withoutOverlap([
    ...(section === undefined ? [] : assignments(section, bareAssignment)),
    ...assignments(text, assignment),
    ...placed.flatMap((pattern) => matchesOf(text, pattern)),
  ]);
}

/** The kinds of secrets that text holds by their shape alone, whatever they are called: tokens of known issuers and private keys. */
export function findSecretShapes(text: string): FoundSecret[] {
  return withoutOverlap(placed.slice(0, 2).flatMap((pattern) => matchesOf(text, pattern)));
}

/** An instruction with the value of every secret in it replaced by `***`; doing it again changes nothing. */
export function redactInstruction(text: string): string {
  let redacted = '';
  let position = 0;
  for (const { start, end } of findSecrets(text)) {
    redacted += `${text.slice(position, start)}***`;
    position = end;
  }
  return redacted + text.slice(position);
}

const secretName = new RegExp(
  `(?:${secretWord.replaceAll('-', '')}|(?:^|_)pwd|basic_?auth)(?:_|$)|(?:^|_)pass$|^_auth$|^sig$|signature$`,
  'i',
);
// Names with such a word in them that hold a place, a switch or a measure.
const harmlessName =
  /TOKENIZERS_|^GPG_KEY$|^(?:OLD)?PWD$|_(?:FILE|PATH|DIR|URL|URI|HOST|ENDPOINT|NAME|ID|TYPE|LENGTH|SIZE|LIMIT|TTL|EXPIRY|ALGORITHM|HEADER|COUNT|REQUIRED|ENABLED|PREFIX|SUFFIX|POLICY|MODE|PROVIDER|METHOD|VERSION)$/i;
const harmlessValue =
  /^(?:\$(?:[A-Za-z_]\w*$|[{(])|`|<|%|\*+$|x+$|\d$|true$|false$|yes$|no$|none$|null$|nil$|undefined$|dummy$|placeholder$|\.{0,2}\/(?:run|root|home|etc|var|opt|app|usr|tmp|secrets?|mnt|srv|data|workspace|dev|proc|sys|code|src|vault|bin|lib)\b|~\/)/i;

function assignments(text: string, pattern: RegExp): FoundSecret[] {
  return matchesOf(text, { kind: 'password', pattern }).filter(({ name, start, end }) => {
    if (name === undefined || !secretName.test(name) || harmlessName.test(name)) return false;
    return /pass|pwd/i.test(name) || !/^\d+(?:\.\d+)?$/.test(unquoted(text.slice(start, end)));
  });
}

function matchesOf(text: string, { kind, pattern, requires }: SecretPattern): FoundSecret[] {
  if (requires?.test(text) === false) return [];
  return [...text.matchAll(pattern)].flatMap((match) => {
    const { name, value } = match.groups ?? {};
    const range = match.indices?.groups?.['value'];
    if (range === undefined || value === undefined) return [];
    const plain = unquoted(value);
    if (plain === '' || harmlessValue.test(plain)) return [];
    const [start, end] = range;
    return [{ kind, ...(name === undefined ? {} : { name }), start, end }];
  });
}

function unquoted(value: string): string {
  return value.replace(/^\\?["']|\\?["']$/g, '');
}

function withoutOverlap(found: readonly FoundSecret[]): FoundSecret[] {
  const kept: FoundSecret[] = [];
  for (const one of [...found].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || one.start >= last.end) kept.push(one);
    // What two patterns see in part is one secret from the first character to the last.
    else if (one.end > last.end) kept[kept.length - 1] = { ...last, end: one.end };
  }
  return kept;
}
