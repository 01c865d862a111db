import { formatBytes } from '../base/index.ts';
import type { DiveFigures } from '../filetree/index.ts';
import { type Finding, type FindingKind, findingKinds } from '../finding/index.ts';
import type { Baseline } from './baseline.ts';
import {
  type DiveRuleName,
  type FigureGate,
  figureGateNames,
  figureGates,
  type Gates,
  type GateUnit,
  type Limit,
} from './gates.ts';

/** How a gate, or all of them, came out. */
export type GateVerdict = 'pass' | 'fail' | 'cannot-judge';

/** One gate, judged. */
export interface GateResult {
  /** `maxSize`, `findings.secret-file`, `dive.lowestEfficiency`. */
  readonly gate: string;
  readonly unit: GateUnit;
  readonly limit: number;
  /** Absent where it cannot be judged; Infinity where dive divides by 0 (JSON: null). */
  readonly actual?: number;
  readonly verdict: GateVerdict;
  /** Where the limit stands. */
  readonly source: string;
  /** A sentence for people, without the gate's name. */
  readonly message: string;
}

/** The part of an audit that gates are about. */
export interface JudgedAudit {
  readonly image: { readonly contentBytes: number };
  readonly findings: readonly Pick<Finding, 'kind' | 'sizeBytes' | 'pathCount' | 'paths'>[];
  readonly deadBytes: number;
  readonly avoidableBytes: number;
  /** 0 to 1. */
  readonly efficiency: number;
}

/** What some gates need besides the audit; a gate whose fact is absent cannot be judged. */
export interface GateFacts {
  /** All layers compressed as `docker push` does. */
  readonly compressed?: { readonly sizeBytes: number; readonly isSampled: boolean } | undefined;
  readonly baseline?: Baseline | undefined;
  readonly dive?: DiveFigures | undefined;
  /** Layers that the source does not hold: what is in them could break any limit that is kept without them. */
  readonly absentLayerCount?: number;
}

/**
 * Judges an audit by gates, in a fixed order. A figure that is exactly at its limit passes. Limits that are parts of something are compared
 * unrounded.
 */
export function judgeAudit(audit: JudgedAudit, gates: Gates, facts: GateFacts = {}): GateResult[] {
  const results = [
    ...figureGateNames.flatMap((gate) => {
      const limit = gates.figures[gate];
      return limit === undefined ? [] : [judgeFigure(gate, limit, figureOf(gate, limit.unit, audit, facts))];
    }),
    ...[...gates.findings].map(([kind, limit]) => judgeFindings(kind, limit, audit)),
    ...diveRuleNames.flatMap((rule) => {
      const limit = gates.dive?.[rule];
      return limit === undefined ? [] : [judgeDive(rule, limit, facts.dive)];
    }),
  ];
  return (facts.absentLayerCount ?? 0) === 0 ? results : results.map(withoutLayers);
}

/** What more bytes can only break further. How they change shares, the efficiency, or what is avoidable, nobody can tell. */
const growing = /^(?:maxSize|maxCompressed|maxGrowth|maxDead|findings\.)/;

function withoutLayers(result: GateResult): GateResult {
  const isSure = result.verdict === 'fail' && result.unit !== 'share' && growing.test(result.gate);
  if (isSure || result.verdict === 'cannot-judge') return result;
  const message = `cannot be judged, since not all layers are stored here: ${result.message}`;
  return { ...result, verdict: 'cannot-judge', message };
}

/** All gates in one word: a failed one decides, then one that could not be judged. */
export function gateVerdict(results: readonly GateResult[]): GateVerdict {
  const verdicts = new Set(results.map(({ verdict }) => verdict));
  return verdicts.has('fail') ? 'fail' : verdicts.has('cannot-judge') ? 'cannot-judge' : 'pass';
}

interface Figure {
  readonly actual: number;
  /** What the sentence adds: `against app:1, 900 MB`. */
  readonly remark?: string;
}

/** The figure of a gate in the unit of its limit, or why there is none. */
function figureOf(gate: FigureGate, unit: GateUnit, audit: JudgedAudit, facts: GateFacts): Figure | string {
  const { contentBytes } = audit.image;
  const part = (bytes: number): number =>
    unit === 'bytes' ? bytes : contentBytes === 0 ? 0 : bytes / contentBytes;
  switch (gate) {
    case 'maxSize':
      return { actual: contentBytes };
    case 'maxCompressed':
      if (facts.compressed === undefined) return 'the compressed size was not measured';
      return {
        actual: facts.compressed.sizeBytes,
        ...(facts.compressed.isSampled ? { remark: 'large layers measured in part' } : {}),
      };
    case 'maxGrowth':
      return growth(contentBytes, unit, facts.baseline);
    case 'maxDead':
      return { actual: part(audit.deadBytes) };
    case 'maxAvoidable':
      return { actual: part(audit.avoidableBytes) };
    case 'minEfficiency':
      return { actual: audit.efficiency };
  }
}

function growth(contentBytes: number, unit: GateUnit, baseline: Baseline | undefined): Figure | string {
  if (baseline === undefined) {
    return 'there is nothing to compare with; give --baseline an image or the JSON of an earlier audit';
  }
  const remark = `against ${baseline.name}, ${formatBytes(baseline.contentBytes)}`;
  const grown = contentBytes - baseline.contentBytes;
  if (unit === 'bytes') return { actual: grown, remark };
  if (baseline.contentBytes > 0) return { actual: grown / baseline.contentBytes, remark };
  return grown === 0 ? { actual: 0, remark } : `${baseline.name} is empty, so that there is no percentage`;
}

function judgeFigure(gate: FigureGate, limit: Limit, figure: Figure | string): GateResult {
  const { unit, value, source } = limit;
  const { noun } = figureGates[gate];
  if (typeof figure === 'string') {
    return {
      gate,
      unit,
      limit: value,
      verdict: 'cannot-judge',
      source,
      message: `cannot be judged: ${figure}`,
    };
  }
  const { actual } = figure;
  const isLeast = gate === 'minEfficiency';
  const isPassed = isLeast ? actual >= value : actual <= value;
  const remark = figure.remark === undefined ? '' : ` (${figure.remark})`;
  const amounts = sentence(noun, { actual, limit: value, unit, isLeast });
  return {
    gate,
    unit,
    limit: value,
    actual,
    verdict: isPassed ? 'pass' : 'fail',
    source,
    message: `${amounts}${remark}`,
  };
}

const namedPaths = 3;

function judgeFindings(kind: FindingKind, limit: Limit, audit: JudgedAudit): GateResult {
  const { unit, value, source } = limit;
  const found = audit.findings.filter((finding) => finding.kind === kind);
  const actual = found.reduce(
    (sum, one) => sum + (unit === 'bytes' ? one.sizeBytes : Math.max(1, one.pathCount)),
    0,
  );
  const isPassed = actual <= value;
  const paths = found.flatMap((one) => one.paths);
  const named = isPassed || paths.length === 0 ? '' : `: ${paths.slice(0, namedPaths).join(', ')}`;
  const more = named !== '' && paths.length > namedPaths ? ', …' : '';
  const title = findingKinds[kind].title;
  const message = `${title}: ${inWords(actual, unit)} found, limit ${inWords(value, unit)}${named}${more}`;
  return {
    gate: `findings.${kind}`,
    unit,
    limit: value,
    actual,
    verdict: isPassed ? 'pass' : 'fail',
    source,
    message,
  };
}

const diveNouns: Readonly<Record<DiveRuleName, string>> = {
  lowestEfficiency: 'dive’s efficiency',
  highestWastedBytes: 'dive’s wasted bytes',
  highestUserWastedPercent: 'dive’s wasted part of the user’s bytes',
};
// The record has exactly these keys.
const diveRuleNames = Object.keys(diveNouns) as readonly DiveRuleName[];

function judgeDive(rule: DiveRuleName, limit: Limit, figures: DiveFigures | undefined): GateResult {
  const { unit, value, source } = limit;
  const facts = { gate: `dive.${rule}`, unit, limit: value, source };
  if (figures === undefined) {
    return {
      ...facts,
      verdict: 'cannot-judge',
      message: 'cannot be judged: dive’s figures were not computed',
    };
  }
  const actual = {
    lowestEfficiency: figures.efficiencyScore,
    highestWastedBytes: figures.inefficientBytes,
    highestUserWastedPercent: figures.wastedUserPercent,
  }[rule];
  const isLeast = rule === 'lowestEfficiency';
  const isPassed = isLeast ? actual >= value : actual <= value;
  return {
    ...facts,
    actual,
    verdict: isPassed ? 'pass' : 'fail',
    message: sentence(diveNouns[rule], { actual, limit: value, unit, isLeast }),
  };
}

function inWords(value: number, unit: GateUnit): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'count') return value.toLocaleString('en-US');
  // As many digits as it takes to tell 94.996% from 95%.
  return Number.isFinite(value) ? `${Number((value * 100).toFixed(3))}%` : 'without bound';
}

interface Measured {
  readonly actual: number;
  readonly limit: number;
  readonly unit: GateUnit;
  readonly isLeast: boolean;
}

/** `size 10.4 MB, limit 12 MB`, or by how much it misses it: both can read the same. */
function sentence(noun: string, { actual, limit, unit, isLeast }: Measured): string {
  const [is, most] = [inWords(actual, unit), inWords(limit, unit)];
  if (isLeast ? actual >= limit : actual <= limit) return `${noun} ${is}, limit ${most}`;
  const by = Number.isFinite(actual) ? ` by ${inWords(Math.abs(actual - limit), unit)}` : '';
  return `${noun} ${is} is ${isLeast ? 'below' : 'over'} the limit of ${most}${by}`;
}
