import type { FindingKind } from '../finding/index.ts';

/** What a limit counts: bytes, a part of one (0.05 is 5%), or things. */
export type GateUnit = 'bytes' | 'share' | 'count';

/** A limit as somebody set it. */
export interface Limit {
  readonly unit: GateUnit;
  readonly value: number;
  /** Where it stands: `.plimsoll.yaml:3`, `--max-size`. */
  readonly source: string;
}

/** The gates on the figures of an image. */
export type FigureGate =
  | 'maxSize'
  | 'maxCompressed'
  | 'maxGrowth'
  | 'maxDead'
  | 'maxAvoidable'
  | 'minEfficiency';

/** What is true of a gate whatever its limit. */
export interface FigureGateFacts {
  /** How the figure is called in a sentence. */
  readonly noun: string;
  /** The option that sets it. */
  readonly flag: string;
  readonly units: readonly GateUnit[];
  /** An example of a value. */
  readonly example: string;
}

/** Every gate on a figure, in the order in which they are judged. */
export const figureGates: Readonly<Record<FigureGate, FigureGateFacts>> = {
  maxSize: { noun: 'size', flag: '--max-size', units: ['bytes'], example: '1.2GB' },
  maxCompressed: { noun: 'compressed size', flag: '--max-compressed', units: ['bytes'], example: '400MB' },
  maxGrowth: { noun: 'growth', flag: '--max-growth', units: ['bytes', 'share'], example: '5%' },
  maxDead: { noun: 'dead bytes', flag: '--max-dead', units: ['bytes', 'share'], example: '20MB' },
  maxAvoidable: {
    noun: 'avoidable bytes',
    flag: '--max-avoidable',
    units: ['bytes', 'share'],
    example: '10%',
  },
  minEfficiency: { noun: 'efficiency', flag: '--min-efficiency', units: ['share'], example: '0.95' },
};

// The record has exactly these keys.
/** The names of the gates on figures. */
export const figureGateNames = Object.keys(figureGates) as readonly FigureGate[];

/** The rules that dive knows. */
export type DiveRuleName = 'lowestEfficiency' | 'highestWastedBytes' | 'highestUserWastedPercent';

/** dive's three rules; one that is switched off has no limit. */
export type DiveRules = Readonly<Record<DiveRuleName, Limit | undefined>>;

/** All limits that hold for an image. */
export interface Gates {
  readonly figures: Readonly<Partial<Record<FigureGate, Limit>>>;
  readonly findings: ReadonlyMap<FindingKind, Limit>;
  /** Present where a `.dive-ci`, a `DIVE_RULES_…` variable or one of dive's options asks for dive's rules. */
  readonly dive?: DiveRules;
  /** What was read and is not judged, for people. */
  readonly notes: readonly string[];
}

/** The text of a file, with the name to call it by. */
export interface GateText {
  readonly file: string;
  readonly text: string;
}
