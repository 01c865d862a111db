import type { GateResult, GateVerdict } from '../policy/index.ts';
import { layOutGrid } from './grid.ts';
import type { Screen } from './screen.ts';
import { plainText, type Style, wrap } from './terminal-text.ts';
import { counted } from './wording.ts';

const marks: Readonly<Record<GateVerdict, { readonly text: string; readonly style: Style }>> = {
  pass: { text: 'pass', style: 'good' },
  fail: { text: 'FAIL', style: 'bad' },
  'cannot-judge': { text: '?', style: 'warn' },
};

/** Every gate with its verdict, failures first, and a line that sums up; nothing where there are no gates. `notes` stand below. */
export function gateLines(
  results: readonly GateResult[],
  screen: Screen,
  notes: readonly string[] = [],
): string[] {
  const { width, paint } = screen;
  const remarks = notes.flatMap((note) => wrap(plainText(note), width)).map((line) => paint(line, 'dim'));
  if (results.length === 0) return remarks;
  const inOrder = (['fail', 'cannot-judge', 'pass'] as const).flatMap((verdict) =>
    results.filter((result) => result.verdict === verdict),
  );
  const columns = [{ title: '' }, { title: '' }, { title: '', overflow: 'wrap' as const }];
  const lines = inOrder.flatMap((result) => {
    const [gateWidth, markWidth] = [Math.max(...results.map(({ gate }) => gate.length)), 4];
    const room = Math.max(24, width - gateWidth - markWidth - 4);
    // A failure is worth reading to its end, and to the place of its limit.
    const message = result.verdict === 'pass' ? result.message : `${result.message} (${result.source})`;
    const texts = result.verdict === 'pass' ? [plainText(message)] : wrap(plainText(message), room);
    return texts.map((text, i) => [
      {
        text: (i === 0 ? marks[result.verdict].text : '').padEnd(markWidth),
        style: marks[result.verdict].style,
      },
      { text: (i === 0 ? result.gate : '').padEnd(gateWidth) },
      { text, style: result.verdict === 'pass' ? ('dim' as const) : ('plain' as const) },
    ]);
  });
  return [titleOf(results, screen), ...layOutGrid({ columns, rows: lines }, width, paint), ...remarks];
}

function titleOf(results: readonly GateResult[], { paint }: Screen): string {
  const count = (verdict: GateVerdict): number => results.filter((one) => one.verdict === verdict).length;
  const [failed, unjudged] = [count('fail'), count('cannot-judge')];
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unjudged > 0 ? [`${unjudged} cannot be judged`] : []),
  ];
  const verdict =
    parts.length === 0 ? 'all pass' : `${parts.join(', ')} of ${counted(results.length, 'gate')}`;
  const style: Style = failed > 0 ? 'bad' : unjudged > 0 ? 'warn' : 'good';
  return `${paint('Gates', 'bold')}  ${paint(verdict, style)}`;
}
