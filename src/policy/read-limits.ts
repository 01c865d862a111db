import * as z from 'zod';
import { parseBytes, parseDecimal, parsePercent } from './amount.ts';
import { type FigureGate, figureGates, type GateUnit, type Limit } from './gates.ts';

/** What a limit says before it is known where it stands; `off` takes a gate away. */
export type ParsedLimit = Omit<Limit, 'source'> | 'off';

const offWords: ReadonlySet<string> = new Set(['off', 'disabled', 'false', 'no']);
const written = z
  .union([z.number(), z.string(), z.boolean()], { error: 'is no number, size or percentage' })
  .transform(String);

/** The schema of one gate's limit, from YAML or from the command line. */
export function figureLimit(gate: FigureGate): z.ZodType<ParsedLimit> {
  return written.transform((text, context): ParsedLimit => {
    if (isOff(text)) return 'off';
    const { units, example } = figureGates[gate];
    const limit = limitOf(text, units);
    if (limit !== undefined) return limit;
    context.addIssue({ code: 'custom', message: `${complaint(text, units)}; write for example ${example}` });
    return z.NEVER;
  });
}

/** The schema of the limit on a class of findings: a whole number counts files, a size their bytes. */
export const findingLimit: z.ZodType<ParsedLimit> = written.transform((text, context): ParsedLimit => {
  if (isOff(text)) return 'off';
  if (/^\s*\d+\s*$/.test(text)) return { unit: 'count', value: Number(text) };
  const bytes = parseDecimal(text) === undefined ? parseBytes(text) : undefined;
  if (bytes !== undefined) return { unit: 'bytes', value: Math.round(bytes) };
  context.addIssue({
    code: 'custom',
    message: `is ${quoted(text)}, which is neither a whole number of files nor a size; write for example 0 or 10MB`,
  });
  return z.NEVER;
});

function isOff(text: string): boolean {
  return offWords.has(text.trim().toLowerCase());
}

function limitOf(text: string, units: readonly GateUnit[]): ParsedLimit | undefined {
  const decimal = parseDecimal(text);
  const percent = parsePercent(text);
  if (units.includes('share')) {
    if (percent !== undefined && (units.includes('bytes') || percent <= 1)) {
      return { unit: 'share', value: percent };
    }
    // Bytes come whole: a number with a point, up to 1, is a part of one.
    const isPart = decimal !== undefined && decimal <= 1 && (!units.includes('bytes') || /\./.test(text));
    if (isPart) return { unit: 'share', value: decimal };
  }
  if (!units.includes('bytes') || percent !== undefined) return undefined;
  if (decimal !== undefined && !Number.isInteger(decimal)) return undefined;
  const bytes = decimal ?? parseBytes(text);
  return bytes === undefined ? undefined : { unit: 'bytes', value: Math.round(bytes) };
}

function complaint(text: string, units: readonly GateUnit[]): string {
  const wanted = units.map((unit) =>
    unit === 'bytes'
      ? 'a size'
      : units.length === 1
        ? 'a part from 0 to 1 or a percentage up to 100%'
        : 'a percentage',
  );
  return `is ${quoted(text)}, which is not ${wanted.join(' or ')}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
