import type { Audit } from '../../audit/index.ts';
import { formatBytes } from '../../base/index.ts';
import { type Finding, findingKinds, type Risk } from '../../finding/index.ts';
import { doneBy } from '../done-by.ts';
import { type KindSum, layerList, sumByKind } from '../finding-lines.ts';
import { counted, shortInstruction } from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

const shownPerKind = 60;
const severityClasses = { error: 'bad', warning: 'warn', info: '' } as const;

const risks = {
  safe: 'cannot change what the application does',
  verify: 'to be proven by running the lean image beside this one',
  'opt-in': 'a use that nobody can see from here may break',
} as const satisfies Record<Risk, string>;

/** What could go: a fold for each kind of finding, worst first, with the remedy, and inside it each finding with its paths. */
export function auditFindings({ findings }: Audit): Markup {
  const kinds = sumByKind(findings);
  if (kinds.length === 0) {
    return html`<section><h2>Findings</h2><p class="verdict good">Nothing found that could go.</p></section>`;
  }
  const largest = Math.max(1, ...kinds.map(({ sizeBytes }) => sizeBytes));
  const byKind = Map.groupBy(findings, ({ kind }) => kind);
  const items = kinds.map((sum) => kindItem(sum, byKind.get(sum.kind) ?? [], largest));
  return html`<section id="findings"><div class="tools"><h2>Findings <span class="muted small">${counted(kinds.length, 'kind')}, worst first</span></h2>
${filter('waste', 'Waste', ['avoidable', 'dead', 'none'])}${filter('severity', 'Severity', ['error', 'warning', 'info'])}
<button type="button" class="button" id="expand" aria-expanded="false">Expand all</button></div>
<p class="muted small" id="no-findings" hidden>No finding is of this kind.</p>${items}</section>`;
}

const filterWords: Readonly<Record<string, string>> = { none: 'no waste' };

function filter(name: string, title: string, values: readonly string[]): Markup {
  const boxes = values.map(
    (value) =>
      html`<label><input type="checkbox" name="${name}" value="${value}" checked><span>${filterWords[value] ?? value}</span></label>`,
  );
  return html`<fieldset class="switch"><legend class="visually-hidden">${title}</legend>${boxes}</fieldset>`;
}

function kindItem(sum: KindSum, findings: readonly Finding[], largest: number): Markup {
  const { kind, sizeBytes, pathCount, worst, layers } = sum;
  const info = findingKinds[kind];
  const waste = info.waste ?? 'none';
  const facts = [
    ...(pathCount === 0 ? [] : [counted(pathCount, 'file')]),
    ...(layers.length === 0 ? [] : [layerList(layers)]),
  ].join(' · ');
  const edit = doneBy(worst).map(
    ({ command, name }) => html` <span class="muted">${command}:</span> <code>${name}</code>`,
  );
  // What fits all of them, as for another package manager, stands above them.
  const usual = findings.every(({ remedy }) => remedy === worst.remedy) ? worst.remedy : info.remedy;
  const share = ((100 * sizeBytes) / largest).toFixed(2);
  const bar = html`<span class="bar">${sizeBytes === 0 ? nothing : html`<i class="${waste === 'none' ? 'needed' : waste}" style="width:${share}%"></i>`}</span>`;
  const rest = findings.slice(shownPerKind);
  const restBytes = rest.reduce((all, one) => all + one.sizeBytes, 0);
  const more =
    rest.length === 0
      ? nothing
      : html`<p class="small muted">and ${counted(rest.length, 'more finding')} of this kind, ${formatBytes(restBytes)}. The JSON has them all.</p>`;
  return html`<details class="finding" data-waste="${waste}" data-severity="${worst.severity}"><summary><span class="n size">${sizeBytes === 0 ? '–' : formatBytes(sizeBytes)}</span>${bar}<span class="what"><b>${info.title}</b> <span class="muted small">${facts}</span></span><span class="tags"><span class="tag ${severityClasses[worst.severity]}">${worst.severity}</span> ${waste === 'none' ? nothing : html`<span class="tag">${waste}</span> `}<span class="tag" title="${risks[worst.risk]}">${worst.risk}</span></span><span class="remedy">${spans(usual)}${edit}</span></summary>
<div class="body"><p class="small muted">${spans(info.why)}</p>${findings.slice(0, shownPerKind).map((one) => findingItem(one, usual))}${more}</div></details>`;
}

function findingItem(finding: Finding, usual: string): Markup {
  const { sizeBytes, layer, instruction, owner, owners = [], paths, pathCount, remedy } = finding;
  const where = [
    ...(owner === undefined ? [] : [`${owner.name} ${owner.version}`]),
    ...detail(finding),
    ...(layer === undefined ? [] : [`layer ${layer}`]),
    ...(pathCount === 0 ? [] : [counted(pathCount, 'file')]),
  ].join(' · ');
  const made =
    instruction === undefined
      ? nothing
      : // Build arguments are what a secret in the history is about.
        html`<div class="mono muted cut">${finding.kind === 'secret-in-history' ? instruction : shortInstruction(instruction)}</div>`;
  const whose =
    owners.length === 0
      ? nothing
      : html`<div class="small muted">of packages, the largest shares: ${owners.map(({ name, version, sizeBytes: bytes }) => `${name} ${version} (${formatBytes(bytes)})`).join(', ')}</div>`;
  const more = pathCount - paths.length;
  const files = paths.map((path) => html`<li class="mono">${path}</li>`);
  const rest = more > 0 ? html`<li class="muted">and ${counted(more, 'more file')}</li>` : nothing;
  const own = remedy === usual ? nothing : html`<div class="small">${spans(remedy)}</div>`;
  return html`<div class="item"><span class="n size">${sizeBytes === 0 ? '–' : formatBytes(sizeBytes)}</span><div><div>${where}</div>${made}${own}${whose}<ul class="paths">${files}${rest}</ul></div></div>`;
}

/** A sentence with what stands in backticks set as code. */
function spans(text: string): Markup {
  const parts = text.split(/`([^`]+)`/);
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
}

function detail(finding: Finding): string[] {
  switch (finding.kind) {
    case 'package-manager-cache':
      return [finding.manager];
    case 'heavy-dependency':
      return finding.alternative === undefined ? [] : [`lighter: ${finding.alternative}`];
    case 'secret-file':
      return [finding.secret];
    case 'secret-in-environment':
      return [finding.variable];
    case 'secret-in-history':
      return [finding.secret, ...(finding.variable === undefined ? [] : [finding.variable])];
    case 'model-weights':
      return [finding.format];
    case 'missing-program':
      return [finding.program];
    case 'unpinned-base':
    case 'heavy-base':
      return [finding.base];
    default:
      return [];
  }
}
