import type { Forecast, ForecastRow, MissingRow } from '../../../forecast/index.ts';
import type { MissingPart } from '../../../report/index.ts';

/** Two forecasts made fit to be compared. */
export interface PairedForecasts {
  /** Of the parts that both sides can tell. */
  readonly fatRows: readonly ForecastRow[];
  readonly leanRows: readonly ForecastRow[];
  readonly missing: readonly MissingPart[];
  /** One sentence for what holds for both images. */
  readonly warnings: readonly string[];
}

/** Leaves out of both what either cannot tell: a part that one side lacks would otherwise count as saved, or as added. */
export function pairForecasts(fat: Forecast, lean: Forecast): PairedForecasts {
  const missing = missingParts(fat, lean);
  const untold = new Set(missing.map(({ group }) => group));
  const told = ({ rows }: Forecast): ForecastRow[] => rows.filter(({ group }) => !untold.has(group));
  return { fatRows: told(fat), leanRows: told(lean), missing, warnings: warningsOf(fat, lean) };
}

/** What both images lack for the same reason is told once, in the words of the fat one, whose Dockerfile the reader knows. */
function missingParts(fat: Forecast, lean: Forecast): MissingPart[] {
  const isLike = (one: MissingRow, other: MissingRow): boolean =>
    one.group === other.group && one.hint === other.hint;
  const part = (row: MissingRow, images: MissingPart['images']): MissingPart => ({
    group: row.group,
    images,
    because: onOneLine(row.because),
    hint: row.hint,
  });
  return [
    ...fat.missing.map((row) =>
      part(row, lean.missing.some((other) => isLike(row, other)) ? ['fat', 'lean'] : ['fat']),
    ),
    ...lean.missing
      .filter((row) => !fat.missing.some((other) => isLike(row, other)))
      .map((row) => part(row, ['lean'])),
  ];
}

function warningsOf(fat: Forecast, lean: Forecast): string[] {
  const texts = new Set([...fat.warnings, ...lean.warnings].map(({ text }) => text));
  return [...texts].map((text) => {
    const [inFat, inLean] = [fat, lean].map(({ warnings }) => warnings.filter((one) => one.text === text));
    const isBoth = inFat?.length !== 0 && inLean?.length !== 0;
    const image = isBoth ? '' : inFat?.length !== 0 ? 'before: ' : 'after: ';
    const lines = [
      ...placesOf(inFat, 'the Dockerfile'),
      ...placesOf(inLean, isBoth ? 'the lean one' : 'the lean Dockerfile'),
    ];
    return `${image}${onOneLine(text)}${lines.length === 0 ? '' : ` (${lines.join(', ')})`}`;
  });
}

function placesOf(warnings: Forecast['warnings'] = [], file: string): string[] {
  const lines = warnings.flatMap(({ line }) => line ?? []);
  return lines.length === 0 ? [] : [`line ${lines.join(' and ')} of ${file}`];
}

function onOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
