import { formatBytes } from '../../base/index.ts';
import type { ComparedSide, Comparison, PackageChange, Saving } from '../../compare/index.ts';
import type { SlimReport } from '../slim-report.ts';
import {
  counted,
  formatAmount,
  formatChange,
  formatSaved,
  layerCount,
  pushBound,
  shortInstruction,
} from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

const shownPackages = 25;
// Package databases are written again by every installation: a few kilobytes are no news.
const shownDeadBytes = 100_000;

/** What takes up the space, in tables: by group, by layer, by package. */
export function sizeSections(report: SlimReport): Markup {
  const layers = report.missing.length > 0 ? nothing : layerSection(report);
  return html`${groupSection(report)}${layers}${packageSection(report.comparison)}`;
}

function groupSection(report: SlimReport): Markup {
  const { groups, total, push } = report.comparison;
  const largest = Math.max(
    1,
    ...groups.map(({ fat, lean }) => Math.max(fat.contentBytes, lean.contentBytes)),
  );
  const percent = (bytes: number): string => ((100 * bytes) / largest).toFixed(2);
  const isStandIn = report.standInNotes.length > 0;
  const unknown = new Set(report.missing.map(({ group }) => group));
  const columns = { total, hasDead: total.fat.deadBytes > 0 || total.lean.deadBytes > 0 };
  const shown = groups.filter(
    ({ group, fat, lean }) => fat.contentBytes > 0 || lean.contentBytes > 0 || unknown.has(group),
  );
  const rows = shown.map((row) => {
    const bars = html`<i class="fill" style="width:${percent(row.fat.contentBytes)}%"></i><i class="fill" style="width:${percent(row.lean.contentBytes)}%"></i>`;
    const isUnknown = unknown.has(row.group);
    return html`<tr><td class="name"><i class="swatch fill g-${row.group}"></i>${row.title}${row.group === 'base' && isStandIn ? ' *' : ''}</td>${isUnknown ? unknownCells : cells(row, columns)}
<td class="pair g-${row.group}">${isUnknown ? nothing : bars}</td></tr>`;
  });
  const deadTitles = columns.hasDead
    ? html`<th class="n">dead before</th><th class="n">dead after</th>`
    : nothing;
  const sums =
    unknown.size > 0 ? nothing : html`<tr class="total"><td>Total</td>${cells(total, columns)}<td></td></tr>`;
  const bound =
    unknown.size > 0
      ? nothing
      : html`<p class="small muted" style="margin-top:10px">Push of the fat image: ${pushBound(push.fat)}. Of the lean one: ${pushBound(push.lean)}.</p>`;
  return html`<section><h2>Before and after</h2><div class="scroll"><table>
<tr><th></th><th class="n">before</th><th class="n">after</th><th class="n">saved</th><th class="n"></th><th class="n">gzip before</th><th class="n">gzip after</th>${deadTitles}<th></th></tr>
${rows}${sums}</table></div>${bound}</section>`;
}

const unknownCells: Markup = html`<td class="n muted">unknown</td><td class="n muted">unknown</td><td class="n muted">–</td><td></td><td></td><td></td>`;

interface GroupColumns {
  readonly total: Saving;
  readonly hasDead: boolean;
}

function cells(row: Saving, { total, hasDead }: GroupColumns): Markup {
  const change = row.savedBytes > 0 ? 'down' : row.savedBytes < 0 ? 'up' : 'muted';
  const deadCells = hasDead
    ? html`<td class="n">${dead(row.fat.deadBytes)}</td><td class="n">${dead(row.lean.deadBytes)}</td>`
    : nothing;
  return html`<td class="n">${formatAmount(row.fat)}</td><td class="n">${formatAmount(row.lean)}</td><td class="n ${change}">${formatSaved(row.savedBytes)}</td><td class="n ${change}">${formatChange(row, total)}</td><td class="n">${formatBytes(row.fat.compressedBytes)}</td><td class="n">${formatBytes(row.lean.compressedBytes)}</td>${deadCells}`;
}

function dead(sizeBytes: number): string {
  return sizeBytes === 0 ? '–' : formatBytes(sizeBytes);
}

function layerSection(report: SlimReport): Markup {
  const { fat, lean, shared } = report.comparison;
  const largest = Math.max(1, fat.total.contentBytes, lean.total.contentBytes);
  const known = new Set(shared.map(({ identity }) => identity));
  const isStandIn = report.standInNotes.length > 0;
  const table = (side: ComparedSide, title: string): Markup =>
    html`<div><h3>${title}: ${layerCount(side)}, ${formatAmount(side.total)}</h3><div class="scroll"><table>
<tr><th class="n">size</th><th class="n">gzip</th><th></th></tr>${side.layers.map((layer) => layerRow(layer, { side, known, isStandIn }))}</table></div></div>`;
  return html`<section><h2>${report.comparison.isForecast ? 'Part by part' : 'Layer by layer'}</h2><div class="bars">
<div class="row"><span>before</span>${stack(fat, largest)}</div><div class="row"><span>after</span>${stack(lean, largest)}</div></div>
<div class="sides">${table(fat, 'Before')}${table(lean, 'After')}</div></section>`;
}

// One bar a side to one scale; each layer in the colour of what most of it is.
function stack(side: ComparedSide, largest: number): Markup {
  const segments = side.layers
    .filter(({ contentBytes }) => contentBytes > 0)
    .map((layer) => {
      const percent = (100 * layer.contentBytes) / largest;
      const name = shortInstruction(layer.instruction);
      const isLabelled = percent > 7;
      return html`<span class="g-${layer.group}${isLabelled ? ' labelled' : ''}" style="width:${percent.toFixed(3)}%" title="${formatBytes(layer.contentBytes)}  ${name}">${isLabelled ? `${formatBytes(layer.contentBytes)}  ${name.slice(0, 90)}` : ''}</span>`;
    });
  return html`<div class="stack">${segments}</div>`;
}

interface LayerContext {
  readonly side: ComparedSide;
  readonly known: ReadonlySet<string>;
  readonly isStandIn: boolean;
}

function layerRow(layer: ComparedSide['layers'][number], context: LayerContext): Markup {
  const name = shortInstruction(layer.instruction);
  const isBase = layer.position < context.side.baseLayerCount;
  const tags = [
    ...(isBase ? [html` <span class="tag">base${context.isStandIn ? ' *' : ''}</span>`] : []),
    ...(context.known.has(layer.identity) ? [html` <span class="tag">in both</span>`] : []),
    ...(layer.deadBytes >= shownDeadBytes
      ? [html` <span class="tag warn">${formatBytes(layer.deadBytes)} dead</span>`]
      : []),
  ];
  const text =
    name.length > 160
      ? html`<details><summary class="mono">${name.slice(0, 150)}…</summary><span class="mono">${name}</span></details>`
      : html`<span class="mono">${name}</span>`;
  return html`<tr><td class="n">${formatAmount(layer)}</td><td class="n muted">${formatBytes(layer.compressedBytes)}</td><td class="wide">${text}${tags}</td></tr>`;
}

function packageSection(comparison: Comparison): Markup {
  const changed = comparison.packages.filter(({ change }) => change !== 'same');
  if (changed.length === 0) return nothing;
  const gone = changed.filter(({ change }) => change === 'removed').length;
  const largest = Math.max(
    1,
    ...changed.map(({ fat, lean }) => Math.max(fat?.sizeBytes ?? 0, lean?.sizeBytes ?? 0)),
  );
  const rows = changed.slice(0, shownPackages).map((one) => packageRow(one, largest));
  const more =
    changed.length > shownPackages
      ? html`<p class="small muted" style="margin-top:8px">and ${counted(changed.length - shownPackages, 'smaller change')}.</p>`
      : nothing;
  return html`<section><h2>Packages that changed <span class="muted small">${counted(gone, 'package')} gone of ${counted(comparison.packages.length, 'package')}</span></h2><div class="scroll"><table>
<tr><th></th><th></th><th>before</th><th class="n"></th><th>after</th><th class="n"></th><th class="n">saved</th><th></th></tr>${rows}</table></div>${more}</section>`;
}

function packageRow(one: PackageChange, largest: number): Markup {
  const change = one.savedBytes > 0 ? 'down' : one.savedBytes < 0 ? 'up' : 'muted';
  const side = (facts: PackageChange['fat']): Markup =>
    facts === undefined
      ? html`<td class="muted">–</td><td></td>`
      : html`<td class="mono">${facts.version}</td><td class="n">${formatBytes(facts.sizeBytes)}</td>`;
  const bar = (facts: PackageChange['fat']): Markup =>
    html`<i class="fill" style="width:${((100 * (facts?.sizeBytes ?? 0)) / largest).toFixed(2)}%"></i>`;
  const group = one.kind === 'distribution' ? 'python-dependencies' : 'system-packages';
  return html`<tr><td>${one.name}</td><td class="muted">${one.kind === 'distribution' ? 'Python' : one.kind}</td>${side(one.fat)}${side(one.lean)}<td class="n ${change}">${formatSaved(one.savedBytes)}</td><td class="pair g-${group}">${bar(one.fat)}${bar(one.lean)}</td></tr>`;
}
