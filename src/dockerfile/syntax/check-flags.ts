import { didYouMean } from './did-you-mean.ts';
import { durationProblem, retriesProblem } from './healthcheck-values.ts';
import { quoted } from './quoted.ts';
import { splitMountFields } from './split-mount-fields.ts';
import type { InstructionFlag, InstructionSyntax } from './syntax.ts';

/** How often a flag may stand, and what it takes: `text` once, `texts` as often as one likes, `switch` nothing or a truth value. */
type FlagKind = 'text' | 'texts' | 'switch';

/** The flags of BuildKit's labs channel, which knows all that the stable one knows. */
const flagsOf: Readonly<Record<string, Readonly<Record<string, FlagKind>>>> = {
  add: {
    checksum: 'text',
    chmod: 'text',
    chown: 'text',
    exclude: 'texts',
    'keep-git-dir': 'switch',
    link: 'switch',
    unpack: 'switch',
  },
  copy: {
    chmod: 'text',
    chown: 'text',
    exclude: 'texts',
    from: 'text',
    link: 'switch',
    parents: 'switch',
  },
  from: { platform: 'text' },
  healthcheck: {
    interval: 'text',
    retries: 'text',
    'start-interval': 'text',
    'start-period': 'text',
    timeout: 'text',
  },
  run: { device: 'texts', mount: 'texts', network: 'text', security: 'text' },
};

/** These take any flag and do nothing with it. */
const unchecked = new Set(['arg', 'stopsignal']);

/** What is wrong with an instruction's flags by name, number and kind, in BuildKit's words (`instructions/bflag.go`); undefined when nothing is. */
export function flagProblem({ keyword, flags, value }: InstructionSyntax): string | undefined {
  if (unchecked.has(keyword) || (keyword === 'healthcheck' && /^none$/i.test(value))) return undefined;
  const known = (Object.hasOwn(flagsOf, keyword) ? flagsOf[keyword] : undefined) ?? {};
  const seen = new Set<string>();
  for (const { name, value } of flags) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) return `unknown flag: --${name}${didYouMean(name, Object.keys(known))}`;
    if (seen.has(name) && kind !== 'texts') return `duplicate flag specified: --${name}`;
    seen.add(name);
    if (kind === 'switch' ? value === '' : value === undefined) return `missing a value on flag: --${name}`;
    if (kind === 'switch' && !['true', 'false'].includes((value ?? 'true').toLowerCase())) {
      return `expecting boolean value for flag --${name}, not: ${value}`;
    }
  }
  return undefined;
}

/** What is wrong with the values of flags, as far as they are read before a build begins. */
export function flagValueProblem({ keyword, flags }: InstructionSyntax): string | undefined {
  if (keyword === 'run') return runFlagProblem(flags);
  return keyword === 'healthcheck' ? healthcheckFlagProblem(flags) : undefined;
}

function runFlagProblem(flags: readonly InstructionFlag[]): string | undefined {
  const valuesOf = (wanted: string): readonly string[] =>
    flags.flatMap(({ name, value }) => (name === wanted ? [value ?? ''] : []));
  for (const value of valuesOf('device')) {
    const problem = deviceProblem(value);
    if (problem !== undefined) return problem;
  }
  for (const value of valuesOf('mount')) {
    const problem = mountProblem(value);
    if (problem !== undefined) return problem;
  }
  for (const value of valuesOf('network')) {
    if (!['default', 'none', 'host'].includes(value)) return `invalid network mode ${quoted(value)}`;
  }
  for (const value of valuesOf('security')) {
    if (!['insecure', 'sandbox'].includes(value)) return `security ${quoted(value)} is not valid`;
  }
  return undefined;
}

/** `type=bind,from=build,target=/x`: only `from` is read early; the rest may hold variables and waits for the build. */
function mountProblem(value: string): string | undefined {
  const fields = splitMountFields(value);
  if (typeof fields === 'string') return `failed to parse csv mounts: ${fields}`;
  const isVariable = fields.some((field) => {
    const dollar = field.indexOf('$');
    return /^from=/i.test(field) && dollar !== -1 && dollar !== field.length - 1;
  });
  return isVariable ? "'from' doesn't support variable expansion, define alias stage instead" : undefined;
}

/** `vendor.com/class=name,required`. */
function deviceProblem(value: string): string | undefined {
  const fields = splitMountFields(value);
  if (typeof fields === 'string') return `failed to parse csv devices: ${fields}`;
  let device = '';
  for (const field of fields) {
    const equals = field.indexOf('=');
    const key = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
    const setting = field.slice(equals + 1);
    if (key === 'required') {
      const isTruth = /^(?:1|0|[tTfF]|true|false|TRUE|FALSE|True|False)$/.test(setting);
      if (equals !== -1 && !isTruth) return `invalid value for ${key}: ${setting}`;
    } else if (key === 'name' && equals !== -1) {
      if (device !== '') return `device name already set to ${device}`;
      device = setting;
    } else if (device === '') {
      device = field;
    } else if (equals === -1) {
      return `invalid field '${field}' must be a key=value pair`;
    } else {
      return `unexpected key '${key}' in '${field}'${didYouMean(key, ['name', 'required'])}`;
    }
  }
  return undefined;
}

/** What is wrong with the times and the number of a HEALTHCHECK CMD. */
function healthcheckFlagProblem(flags: readonly InstructionFlag[]): string | undefined {
  for (const name of ['interval', 'timeout', 'start-period', 'start-interval']) {
    const problem = durationProblem(name, flags.find((flag) => flag.name === name)?.value ?? '');
    if (problem !== undefined) return problem;
  }
  return retriesProblem(flags.find((flag) => flag.name === 'retries')?.value ?? '');
}
