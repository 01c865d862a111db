import type { Group, SizeNode } from '../../compare/index.ts';
import { writtenFiles } from '../slim-files.ts';
import { missingTitle, slimHeadline } from '../slim-headline.ts';
import type { SlimReport } from '../slim-report.ts';
import { fatAndLean, sharedLayerNotes } from '../wording.ts';
import { changeSections } from './change-sections.ts';
import { html, type Markup, nothing } from './markup.ts';
import { pageFooter, pageFrame, plimsollMark } from './page-frame.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { sizeSections } from './size-sections.ts';
import { slimStats } from './slim-stats.ts';
import { verificationSection } from './verification-section.ts';

/** The report of `plimsoll slim` as one page (see `pageFrame`). Text from the image or the project is never taken as markup. */
export function slimHtml(report: SlimReport): string {
  const { trees } = report;
  const titles = new Map(report.comparison.groups.map(({ group, title }) => [group, title] as const));
  const compact = trees && { fat: compactTree(trees.fat, titles), lean: compactTree(trees.lean, titles) };
  return pageFrame({
    title: `${report.projectName}: ${slimHeadline(report)}`,
    style: pageStyle,
    main: html`${head(report)}
${slimStats(report)}
${notes(report)}
${treemaps(report)}
${sizeSections(report)}
${verificationSection(report.verification)}
${changeSections(report)}
${footer(report)}`,
    data: { trees: compact },
    script: pageScript,
  });
}

function head(report: SlimReport): Markup {
  const { engine, target } = report;
  const evidence = target.source === 'given' ? 'as given' : target.evidence.join('; ');
  const built = engine === undefined ? 'nothing was built' : `built by ${engine.name} ${engine.version}`;
  return html`<header>${plimsollMark}<div><h1>${report.projectName}</h1>
<div class="muted">for <b>${target.device.toUpperCase()}</b> (${evidence}) · ${built} · <code>${report.commandLine}</code></div></div></header>`;
}

function notes(report: SlimReport): Markup {
  const { missing, comparison, standInNotes, warnings } = report;
  const parts = missing.map(
    (part) => html`<li><b>${missingTitle(part, report)}</b>: ${part.because}. <b>${part.hint}</b></li>`,
  );
  const incomplete =
    parts.length === 0
      ? nothing
      : html`<div class="callout bad"><b>Incomplete.</b> What is missing:<ul>${parts}</ul></div>`;
  const forecast = comparison.isForecast
    ? html`<div class="callout"><b>Forecast.</b> No image was measured; sizes are estimates with the uncertainty shown.</div>`
    : nothing;
  const standIns = standInNotes.map((note) => html`<div class="callout">* ${note}</div>`);
  const items = warnings.map((warning) => html`<li>${warning}</li>`);
  const warned =
    items.length === 0
      ? nothing
      : html`<div class="callout"><b>${items.length === 1 ? 'Warning' : 'Warnings'}</b><ul>${items}</ul></div>`;
  return html`${incomplete}${forecast}${standIns}${warned}`;
}

function treemaps(report: SlimReport): Markup {
  const { trees, comparison } = report;
  if (trees === undefined) return nothing;
  const legend = comparison.groups.map(
    ({ group, title }) => html`<span><i class="swatch fill g-${group}"></i>${title}</span>`,
  );
  const map = (side: 'fat' | 'lean', title: string): Markup =>
    html`<div class="map" id="map-${side}"><h3>${title} <span class="muted">${comparison[side].name}</span></h3><div class="crumbs"></div><div class="stage" tabindex="0" role="group" aria-label="${title}: treemap of ${comparison[side].name}. Arrow keys move, Enter opens, Escape goes back."></div></div>`;
  return html`<section><div class="tools"><h2>Where the bytes are</h2><div class="legend">${legend}<span><i class="swatch dead-swatch"></i>Dead bytes</span></div>
<input type="search" id="search" placeholder="Search ( / )" aria-label="Search files and packages">
<label><input type="checkbox" id="scale"> same scale</label><div id="hits" aria-live="polite"></div></div>
<div class="maps">${map('fat', 'Before')}${map('lean', 'After')}</div>
<noscript><p class="muted">The treemaps need JavaScript; all numbers are in the tables below.</p></noscript></section>`;
}

// Name, bytes, files, children, and the group or `dead` where one begins.
type CompactTree = readonly [string, number, number, readonly CompactTree[] | 0, string?];

function compactTree(node: SizeNode, titles: ReadonlyMap<Group, string>): CompactTree {
  const name = (node.group && titles.get(node.group)) ?? node.name;
  const children = node.children === undefined ? 0 : node.children.map((child) => compactTree(child, titles));
  const tag = node.isDead === true ? 'dead' : node.group;
  const facts = [name, node.sizeBytes, node.fileCount, children] as const;
  return tag === undefined ? facts : [...facts, tag];
}

function footer(report: SlimReport): Markup {
  const { assumptions } = report.comparison;
  const all = [...sharedLayerNotes(report.comparison, fatAndLean), ...assumptions].map(
    (text) => html`<li>${text}</li>`,
  );
  const { folder, names } = writtenFiles(report.files);
  const files = names.map((file) => html`<li><code>${file}</code></li>`);
  const written =
    files.length === 0
      ? nothing
      : html`<section><h2>Files written <span class="muted small">${folder === '' ? '' : `in ${folder}`}</span></h2><ul class="small">${files}</ul></section>`;
  return html`${written}<section><h2>How the numbers came about</h2><ul class="small muted">${all}</ul></section>
${pageFooter}`;
}
