import { normaliseName } from './distribution-name.ts';
import {
  comparisonsIn,
  type MarkerComparison,
  type MarkerExpression,
  type MarkerTerm,
  type MarkerVariable,
  parseMarker,
} from './marker-syntax.ts';
import { isAllowedVersion, parseRequirementSpecifier } from './specifier.ts';

// python_version < "3.13" and (sys_platform == "linux" or extra == "standard")
// platform_machine in "x86_64 aarch64"

/** What markers ask of an environment (PEP 508); what is not known of it is absent. */
export type MarkerEnvironment = Readonly<
  Partial<Record<Exclude<MarkerVariable, 'extra' | 'extras' | 'dependency_groups'>, string>>
>;

/** What somebody asked for. */
export interface AskedParts {
  /** The one extra that a requirement of metadata is asked about; the empty text for none. */
  readonly extra?: string;
  /** Of a lock file (PEP 751). Where they are absent, nobody has said. */
  readonly extras?: readonly string[];
  readonly dependencyGroups?: readonly string[];
}

/** Stands for the last patch of a minor version: images are tagged by minor version, and builds take the newest. */
const newestPatch = '99';

/** The environment of CPython in a Linux container, without what only the running kernel knows. */
export function linuxEnvironment(
  pythonVersion: string,
  architecture: 'x86_64' | 'aarch64' = 'x86_64',
): MarkerEnvironment {
  const [major = '3', minor = '0', patch] = pythonVersion.split('.');
  const full = `${major}.${minor}.${patch ?? newestPatch}`;
  return {
    implementation_name: 'cpython',
    implementation_version: full,
    os_name: 'posix',
    platform_machine: architecture,
    platform_python_implementation: 'CPython',
    platform_system: 'Linux',
    python_full_version: full,
    python_version: `${major}.${minor}`,
    sys_platform: 'linux',
  };
}

/**
 * Whether a marker holds: undefined for a text that is none, for a comparison without meaning (`os_name ~= "x"`, at which pip
 * gives up), and where what it asks for is not known and the rest does not decide (PEP 508, PEP 685; `packaging.markers` since 26.0).
 */
export function judgeMarker(
  marker: string,
  environment: MarkerEnvironment,
  asked: AskedParts = { extra: '' },
): boolean | undefined {
  const expression = known(marker);
  return expression && judge(expression, { environment, asked });
}

/**
 * Whether a requirement with this marker applies, as pip decides it (`iter_dependencies`): `extra` is the empty text, or the
 * one extra that is asked about. A marker that cannot be judged counts as one that applies: better too much than too little.
 */
export function markerApplies(
  marker: string | undefined,
  environment: MarkerEnvironment,
  extra = '',
): boolean {
  return marker === undefined || judgeMarker(marker, environment, { extra }) !== false;
}

/** What is left of a marker once it is known what was asked for: true or false where nothing is. */
export function reduceMarker(expression: MarkerExpression, asked: AskedParts): MarkerExpression | boolean {
  if (expression.kind === 'comparison') {
    const isAsked = [expression.left, expression.right].some(
      (term) => term.kind === 'variable' && askedVariables.has(term.name),
    );
    return (isAsked ? judgeComparison(expression, { environment: {}, asked }) : undefined) ?? expression;
  }
  const decisive = expression.kind === 'or';
  const parts = expression.parts
    .map((part) => reduceMarker(part, asked))
    .filter((part) => part !== !decisive);
  if (parts.includes(decisive)) return decisive;
  const open = parts.filter((part) => typeof part !== 'boolean');
  const [first] = open;
  if (first === undefined) return !decisive;
  return open.length === 1 ? first : { kind: expression.kind, parts: open };
}

const askedVariables: ReadonlySet<string> = new Set<MarkerVariable>(['extra', 'extras', 'dependency_groups']);

/** The same few markers stand in thousands of lines. */
const read = new Map<string, MarkerExpression | undefined>();

function known(marker: string): MarkerExpression | undefined {
  if (!read.has(marker)) {
    const expression = parseMarker(marker);
    read.set(marker, comparisonsIn(expression).every(hasMeaning) ? expression : undefined);
  }
  return read.get(marker);
}

const versionVariables: ReadonlySet<string> = new Set<MarkerVariable>([
  'python_version',
  'python_full_version',
  'implementation_version',
  'platform_release',
]);
const setVariables: ReadonlySet<string> = new Set<MarkerVariable>(['extras', 'dependency_groups']);

/** Whether pip can evaluate a comparison at all: texts have no `~=`, sets are only looked into, and two texts ask for nothing. */
function hasMeaning({ left, operator, right }: MarkerComparison): boolean {
  if (left.kind === 'text' && right.kind === 'text') return false;
  const isMember = operator === 'in' || operator === 'not in';
  if (isSet(right)) return isMember && !isSet(left);
  if (isSet(left)) return false;
  if (operator !== '~=' && operator !== '===') return true;
  if (!isAboutVersion(left, right)) return false;
  if (right.kind === 'variable') return true;
  if (operator === '===') return /^\s*[^\s;)]*\s*$/.test(right.value);
  return parseRequirementSpecifier(`${operator}${right.value}`) !== undefined;
}

function isSet(term: MarkerTerm): boolean {
  return term.kind === 'variable' && setVariables.has(term.name);
}

function isAboutVersion(left: MarkerTerm, right: MarkerTerm): boolean {
  const [asked] = [left, right].flatMap((term) => (term.kind === 'variable' ? [term.name] : []));
  return asked !== undefined && versionVariables.has(asked);
}

interface Known {
  readonly environment: MarkerEnvironment;
  readonly asked: AskedParts;
}

/** Kleene's logic: what is unknown decides nothing, and is passed by where the rest decides. */
function judge(expression: MarkerExpression, what: Known): boolean | undefined {
  if (expression.kind === 'comparison') return judgeComparison(expression, what);
  const decisive = expression.kind === 'or';
  const parts = expression.parts.map((part) => judge(part, what));
  if (parts.includes(decisive)) return decisive;
  return parts.includes(undefined) ? undefined : !decisive;
}

function judgeComparison({ left, operator, right }: MarkerComparison, what: Known): boolean | undefined {
  const isExtra = [left, right].some((term) => term.kind === 'variable' && term.name === 'extra');
  const [one, other] = [left, right].map((term) => {
    const value = meantBy(term, what);
    return isExtra && typeof value === 'string' ? normaliseName(value) : value;
  });
  if (typeof one !== 'string' || other === undefined) return undefined;
  if (typeof other !== 'string') {
    const isMember = other.map(normaliseName).includes(normaliseName(one));
    return operator === 'in' ? isMember : !isMember;
  }
  if (operator === 'in') return other.includes(one);
  if (operator === 'not in') return !other.includes(one);
  return isAboutVersion(left, right)
    ? compareVersions(one, operator, other)
    : compareTexts(one, operator, other);
}

function meantBy(term: MarkerTerm, { environment, asked }: Known): string | readonly string[] | undefined {
  if (term.kind === 'text') return term.value;
  switch (term.name) {
    case 'extra':
      return asked.extra;
    case 'extras':
      return asked.extras;
    case 'dependency_groups':
      return asked.dependencyGroups;
    default:
      return environment[term.name];
  }
}

/** As versions where the right side can stand in a specifier (PEP 440), else as texts. */
function compareVersions(left: string, operator: string, right: string): boolean | undefined {
  if (operator === '===') return left.toLowerCase() === right.trim().toLowerCase();
  const specifier = parseRequirementSpecifier(`${operator}${right}`);
  // A kernel release such as 6.1.0-13-amd64 is no version, so that no specifier contains it.
  return specifier === undefined || specifier.includes(',')
    ? compareTexts(left, operator, right)
    : isAllowedVersion(left, specifier);
}

/** Texts have no order: `>=` asks for the same text, and `<` for nothing that there is. */
function compareTexts(left: string, operator: string, right: string): boolean | undefined {
  switch (operator) {
    case '==':
    case '<=':
    case '>=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
    case '>':
      return false;
    default:
      return undefined;
  }
}
