import { UserError } from '../base/index.ts';
import type { FindingKind } from '../finding/index.ts';
import {
  type DiveRuleName,
  type FigureGate,
  figureGateNames,
  figureGates,
  type Gates,
  type GateText,
  type Limit,
} from './gates.ts';
import { readDiveRules } from './read-dive-rules.ts';
import { figureLimit } from './read-limits.ts';
import { readPlimsollYaml } from './read-plimsoll-yaml.ts';

/** Limits given on the command line, as given: ours by their gates' names, dive's by theirs. */
export type GateFlags = Readonly<Partial<Record<FigureGate | DiveRuleName, string | undefined>>>;

/** Everything that can set gates. */
export interface GateTexts {
  /** `.plimsoll.yaml`, where there is one. */
  readonly plimsollYaml?: GateText | undefined;
  /** `.dive-ci`, where there is one. */
  readonly diveCi?: GateText | undefined;
  readonly flags?: GateFlags | undefined;
  /** The process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * The gates that hold: options before `.plimsoll.yaml`, gate by gate. dive's rules hold beside them where an option, a variable or a `.dive-ci`
 * asks for them; a `.dive-ci` is left aside where `.plimsoll.yaml` has gates. Throws a `UserError` that names the place
 * of what is wrong.
 */
export function readGates(texts: GateTexts): Gates {
  const written = texts.plimsollYaml === undefined ? undefined : readPlimsollYaml(texts.plimsollYaml);
  const { diveCi, flags, environment } = texts;
  const isDiveCiLeft = diveCi !== undefined && written !== undefined;
  const dive = readDiveRules({ file: isDiveCiLeft ? undefined : diveCi, flags, environment });
  const figures: Partial<Record<FigureGate, Limit>> = {};
  for (const gate of figureGateNames) {
    const limit = limitOfFlag(gate, flags?.[gate]) ?? written?.figures.get(gate);
    if (limit !== undefined && limit !== 'off') figures[gate] = limit;
  }
  const findings = new Map<FindingKind, Limit>();
  for (const [kind, limit] of written?.findings ?? []) if (limit !== 'off') findings.set(kind, limit);
  return {
    figures,
    findings,
    ...(dive === undefined ? {} : { dive: dive.rules }),
    notes: [
      ...(isDiveCiLeft ? [`${diveCi.file} is not judged, since ${texts.plimsollYaml?.file} has gates.`] : []),
      ...(dive?.notes ?? []),
    ],
  };
}

/** True where nothing is to be judged. */
export function hasNoGates({ figures, findings, dive }: Gates): boolean {
  const isDiveOff = dive === undefined || Object.values(dive).every((limit) => limit === undefined);
  return Object.keys(figures).length === 0 && findings.size === 0 && isDiveOff;
}

function limitOfFlag(gate: FigureGate, text: string | undefined): Limit | 'off' | undefined {
  if (text === undefined) return undefined;
  const source = figureGates[gate].flag;
  const parsed = figureLimit(gate).safeParse(text);
  if (!parsed.success) {
    throw new UserError(`${source} ${parsed.error.issues.map(({ message }) => message).join('; ')}`, {
      hint: 'docs/gates.md lists every gate with its units.',
    });
  }
  return parsed.data === 'off' ? 'off' : { ...parsed.data, source };
}
