import { formatBytes, formatSeconds } from '../src/base/index.ts';
import type { GroupReading, Reading } from './audit-measure.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** A group's readings as a table; each × is against the first line. */
export function readingTable({ title, readings }: GroupReading): string {
  const [base] = readings;
  return textTable(
    [title, 'time', '×', 'processors', '×', 'memory'],
    readings.map((reading) => readingRow(reading, base ?? reading)),
  );
}

function readingRow({ title, seconds, cpuSeconds, memoryBytes }: Reading, base: Reading): string[] {
  return [
    title,
    ...timeCells(seconds, base.seconds),
    ...timeCells(cpuSeconds, base.cpuSeconds),
    memoryBytes === undefined ? '–' : formatBytes(memoryBytes),
  ];
}

function timeCells(seconds: readonly number[], base: readonly number[]): string[] {
  if (seconds.length === 0 || base.length === 0) return ['–', '–'];
  const time = median(seconds);
  return [formatSeconds(time), `${Number((time / median(base)).toPrecision(2))}×`];
}
