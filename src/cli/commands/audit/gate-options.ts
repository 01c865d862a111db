import { Option } from 'commander';
import type { DiveRuleName, FigureGate, GateFlags } from '../../../policy/index.ts';

/** What was asked for about gates. */
export interface GateOptions {
  /** The file to read in place of `.plimsoll.yaml`. */
  readonly gatesFile?: string | undefined;
  /** An image, or a file that `plimsoll audit --json` wrote. */
  readonly baseline?: string | undefined;
  readonly flags: GateFlags;
}

const diveOptions: Readonly<Record<DiveRuleName, string>> = {
  lowestEfficiency: 'as in dive: the least efficiency, 0 to 1',
  highestWastedBytes: 'as in dive: the most wasted bytes',
  highestUserWastedPercent: 'as in dive: the most wasted part of what the base did not bring, 0 to 1',
};

// Written out here, since the room of gates loads parsers that most commands do without.
const figureOptions: Readonly<Record<FigureGate, readonly [flags: string, description: string]>> = {
  maxSize: ['--max-size <size>', 'gate: the most that all layers hold, for example 1.2GB'],
  maxCompressed: ['--max-compressed <size>', 'gate: the most that a registry stores, for example 400MB'],
  maxGrowth: ['--max-growth <size|share>', 'gate: the most growth over --baseline, for example 5%'],
  maxDead: ['--max-dead <size|share>', 'gate: the most dead bytes, for example 20MB'],
  maxAvoidable: ['--max-avoidable <size|share>', 'gate: the most avoidable bytes, for example 10%'],
  minEfficiency: ['--min-efficiency <share>', 'gate: the least efficiency, for example 0.95'],
};

/** The options of `plimsoll audit` that set gates, each of which has them judged; see docs/gates.md. */
export function gateOptions(): Option[] {
  return [
    new Option('--ci', 'judge the gates of .plimsoll.yaml or .dive-ci; exit 1 when one fails'),
    new Option('--gates <file>', 'judge the gates of this file'),
    new Option('--baseline <image|json>', 'what --max-growth measures against'),
    ...Object.values(figureOptions).map(([flags, description]) => new Option(flags, description)),
    ...Object.entries(diveOptions).map(([rule, about]) => new Option(`--${rule} <value>`, about)),
  ];
}

/** Picks out what is about gates; undefined where nobody asked for any. */
export function readGateOptions(given: Readonly<Record<string, unknown>>): GateOptions | undefined {
  const text = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  };
  const names = [...Object.keys(figureOptions), ...Object.keys(diveOptions)];
  const flags: GateFlags = Object.fromEntries(
    names.flatMap((name) => {
      const value = text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const [gatesFile, baseline] = [text('gates'), text('baseline')];
  const isAsked =
    given['ci'] === true ||
    gatesFile !== undefined ||
    baseline !== undefined ||
    Object.keys(flags).length > 0;
  return isAsked ? { gatesFile, baseline, flags } : undefined;
}
