import { formatBytes } from '../base/index.ts';
import type { Plan, PlannedEdit } from '../slim/index.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import { plainText, type Style, textWidth, wrap } from './terminal-text.ts';

/** A plan whose edits say where their reason can be looked up. */
export interface ExplainedPlan extends Pick<Plan, 'leftAlone' | 'secrets'> {
  readonly edits: readonly (PlannedEdit & { readonly sources: readonly string[] })[];
}

/** The plan of `plimsoll slim --explain`: each edit as a diff with its reason, risk and sources, then what was left alone; ends with a line end. */
export function slimExplanation(plan: ExplainedPlan, options: TerminalOptions): string {
  const screen = screenFor(options);
  const heading =
    plan.edits.length === 0
      ? 'Nothing to change: the project is lean already.'
      : `${plan.edits.length} ${plan.edits.length === 1 ? 'edit' : 'edits'}, in the order in which they are made`;
  const sections = [
    [screen.paint(heading, 'bold')],
    ...plan.edits.map((edit, at) => editLines(edit, at + 1, screen)),
    leftAloneLines(plan, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The same as JSON, schema `plimsoll.explain/1` (`docs/schemas/plimsoll.explain-1.json`); of secrets only where they stand. */
export function slimExplanationJson({ edits, leftAlone, secrets }: ExplainedPlan): string {
  const document = {
    schema: 'plimsoll.explain/1',
    edits: edits.map((edit) => ({
      id: edit.id,
      title: edit.title,
      reason: edit.reason,
      risk: edit.risk,
      predictedBytes: edit.predictedBytes ?? null,
      sources: edit.sources,
      diff: edit.diff,
    })),
    leftAlone: leftAlone.map(({ what, because }) => ({ what, because })),
    secrets: secrets.map(({ id, source }) => ({ id, from: source.kind })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

const riskWords: Readonly<Record<PlannedEdit['risk'], string>> = {
  safe: 'the running container cannot tell',
  verify: 'kept only if both images behave the same',
  'opt-in': 'made because it was asked for',
};

function editLines(
  edit: ExplainedPlan['edits'][number],
  position: number,
  { width, paint }: Screen,
): string[] {
  const saving =
    edit.predictedBytes === undefined || edit.predictedBytes === 0
      ? []
      : [['saves', `about ${formatBytes(edit.predictedBytes)}`]];
  const facts = [['why', edit.reason], ['risk', `${edit.risk}: ${riskWords[edit.risk]}`], ...saving];
  return [
    ...titleLines(`${position}. ${plainText(edit.title)}`, edit.id, { width, paint }),
    ...facts.flatMap(([name = '', text = '']) =>
      wrap(plainText(text), width - 10).map(
        (line, at) => `   ${at === 0 ? paint(name.padEnd(7), 'accent') : ' '.repeat(7)}${line}`,
      ),
    ),
    // An address that is broken cannot be followed.
    ...edit.sources.map(
      (source, at) => `   ${at === 0 ? paint('source ', 'accent') : ' '.repeat(7)}${plainText(source)}`,
    ),
    ...edit.diff
      .trimEnd()
      .split('\n')
      .map((line) => {
        const style = styleOf(line);
        return `   ${style === 'plain' ? plainText(line) : paint(plainText(line), style)}`.trimEnd();
      }),
  ];
}

function titleLines(title: string, id: string, { width, paint }: Screen): string[] {
  const isFitting = textWidth(title) + 2 + textWidth(id) <= width;
  if (isFitting) return [paint(title, 'bold') + paint(`  ${id}`, 'dim')];
  return [
    ...wrap(title, width - 3).map((line, at) => `${at === 0 ? '' : '   '}${paint(line, 'bold')}`),
    `   ${paint(id, 'dim')}`,
  ];
}

function styleOf(line: string): Style {
  if (/^(---|\+\+\+|@@)/.test(line)) return 'dim';
  if (line.startsWith('+')) return 'good';
  return line.startsWith('-') ? 'bad' : 'plain';
}

function leftAloneLines({ leftAlone }: ExplainedPlan, { width, paint }: Screen): string[] {
  if (leftAlone.length === 0) return [];
  return [
    paint('Left alone', 'bold'),
    ...leftAlone.flatMap(({ what, because }) =>
      wrap(`${plainText(what)}: ${plainText(because)}`, width - 4).map(
        (line, at) => `  ${at === 0 ? '·' : ' '} ${line}`,
      ),
    ),
  ];
}
