import { formatBytes } from '../../base/index.ts';
import { type Finding, findingKinds, type Risk } from '../../finding/index.ts';
import { editsHeading, predictedSaving } from '../slim-edits.ts';
import type { ReportedEdit, SlimReport } from '../slim-report.ts';
import { counted, shortInstruction } from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

const shownFindings = 60;

/** What was done, what was left alone, and what was noticed. */
export function changeSections(report: SlimReport): Markup {
  return html`${editSection(report.edits)}${leftAloneSection(report)}${findingSection(report.findings)}`;
}

const stateClasses = { applied: 'good', planned: '', 'taken back': 'warn', skipped: '' } as const;

/** What each risk means, where the pointer rests on it. */
const risks = {
  safe: 'cannot change what the application does',
  verify: 'kept only if the lean image behaves as the fat one',
  'opt-in': 'made only when asked for',
} as const satisfies Record<Risk, string>;

function editSection(edits: readonly ReportedEdit[]): Markup {
  if (edits.length === 0) return nothing;
  const { title, count, note } = editsHeading(edits);
  const used = [...new Set(edits.map(({ risk }) => risk))].map(
    (risk) => html` <span class="tag">${risk}</span> ${risks[risk]} `,
  );
  const remark = note === undefined ? nothing : html`<p class="verdict warn">${note}</p>`;
  return html`<section><h2>${title} <span class="muted small">${count}</span></h2>${remark}<p class="small muted">${used}</p>${edits.map(editItem)}</section>`;
}

function editItem(edit: ReportedEdit): Markup {
  const bytes = predictedSaving(edit);
  const saved =
    bytes === undefined
      ? nothing
      : html`<span class="n ${(edit.predictedBytes ?? 0) > 0 ? 'down' : 'up'}">${bytes} <span class="muted small">predicted</span></span>`;
  const why = edit.why === undefined ? nothing : html`<p><b>${edit.why}</b></p>`;
  const diff =
    edit.diff === undefined
      ? nothing
      : html`<details><summary>diff</summary><pre>${edit.diff.trimEnd().split(/\r?\n/).map(diffLine)}</pre></details>`;
  return html`<div class="edit"><div class="line"><span class="tag ${stateClasses[edit.state]}">${edit.state}</span><b>${edit.title}</b>${saved}<span class="tag" title="${risks[edit.risk]}">${edit.risk}</span></div><p>${edit.reason}</p>${why}${diff}</div>`;
}

function diffLine(line: string): Markup {
  const kind =
    line.startsWith('@@') || line.startsWith('+++') || line.startsWith('---')
      ? 'hunk'
      : line.startsWith('+')
        ? 'add'
        : line.startsWith('-')
          ? 'del'
          : '';
  return html`<span class="${kind}">${line === '' ? ' ' : line}</span>`;
}

function leftAloneSection(report: SlimReport): Markup {
  if (report.leftAlone.length === 0) return nothing;
  const items = report.leftAlone.map(({ what, because }) => html`<li><b>${what}</b>: ${because}</li>`);
  return html`<section><h2>Left alone</h2><ul>${items}</ul></section>`;
}

const severityClasses = { error: 'bad', warning: 'warn', info: '' } as const;

function findingSection(findings: readonly Finding[]): Markup {
  if (findings.length === 0) return nothing;
  const rows = findings.slice(0, shownFindings).map(findingRow);
  const more =
    findings.length > shownFindings
      ? html`<p class="small muted" style="margin-top:8px">and ${counted(findings.length - shownFindings, 'smaller finding')}.</p>`
      : nothing;
  return html`<section><h2>What was noticed in the fat image and the project <span class="muted small">${counted(findings.length, 'finding')}</span></h2><div class="scroll"><table>
<tr><th></th><th></th><th class="n">bytes</th><th>where</th><th>remedy</th></tr>${rows}</table></div>${more}</section>`;
}

function findingRow(finding: Finding): Markup {
  const info = findingKinds[finding.kind];
  const [first] = finding.paths;
  const more =
    finding.pathCount > 1 ? ` and ${counted(finding.pathCount - 1, 'more')}`.replace(/s$/, '') : '';
  const place = finding.location;
  const where = [
    ...(finding.owner === undefined ? [] : [`${finding.owner.name} ${finding.owner.version}`]),
    ...(place === undefined ? [] : [`${place.file}${place.line === undefined ? '' : `:${place.line}`}`]),
    ...(finding.layer === undefined ? [] : [`layer ${finding.layer}`]),
  ].join(' · ');
  const instruction =
    finding.instruction === undefined ? nothing : html` title="${shortInstruction(finding.instruction)}"`;
  const path = first === undefined ? nothing : html`<div class="mono muted">${first}${more}</div>`;
  return html`<tr><td><span class="tag ${severityClasses[finding.severity]}">${finding.severity}</span></td><td>${info.title}</td><td class="n">${finding.sizeBytes === 0 ? '–' : formatBytes(finding.sizeBytes)}</td><td${instruction}>${where}${path}</td><td class="small muted" style="min-width:260px">${finding.remedy}</td></tr>`;
}
