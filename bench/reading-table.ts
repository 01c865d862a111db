import { formatBytes, formatSeconds } from '../src/base/index.ts';
import type { GroupReading, Reading } from './audit-measure.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** A group's readings as a table; × is against the first line. */
export function readingTable({ title, readings }: GroupReading): string {
  const base = median(readings[0]?.seconds ?? []);
  return textTable(
    [title, 'time', '×', 'memory'],
    readings.map((reading) => readingRow(reading, base)),
  );
}

function readingRow({ title, seconds, memoryBytes }: Reading, base: number): string[] {
  const time = median(seconds);
  return [
    title,
    formatSeconds(time),
    `${Number((time / base).toPrecision(2))}×`,
    memoryBytes === undefined ? '–' : formatBytes(memoryBytes),
  ];
}
