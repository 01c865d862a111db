import type { GateResult } from '../policy/index.ts';
import { code, inert } from './slim-markdown.ts';

const verdictMarks = { pass: '✓', fail: '✗', 'cannot-judge': '?' } as const;

/** Every gate with its verdict as a table of Markdown; empty where there are none. */
export function gateTable(gates: readonly GateResult[]): string {
  if (gates.length === 0) return '';
  const rows = gates.map(
    ({ gate, verdict, message }) => `| ${verdictMarks[verdict]} | ${code(gate)} | ${inert(message)} |`,
  );
  return ['### Gates', '', '| | gate | |', '| --- | --- | --- |', ...rows].join('\n');
}
