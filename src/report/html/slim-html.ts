import { formatBytes, formatSeconds } from '../../base/index.ts';
import type { Group, SizeNode } from '../../compare/index.ts';
import type { SlimReport } from '../slim-report.ts';
import { verdictOf } from '../verdict.ts';
import { formatAmount, formatBitRate, formatPercent, headline, sharedLayerNotes } from '../wording.ts';
import { changeSections } from './change-sections.ts';
import { escapeJson } from './escape-html.ts';
import { html, type Markup, nothing } from './markup.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { sizeSections } from './size-sections.ts';
import { verificationSection } from './verification-section.ts';

/**
 * The report of `plimsoll slim` as one page that needs nothing else: styles, script and data are inside, and its
 * content security policy forbids every request. Text from the image or the project is never taken as markup.
 */
export function slimHtml(report: SlimReport): string {
  const body = html`<main>
${head(report)}
${stats(report)}
${notes(report)}
${treemaps(report)}
${sizeSections(report)}
${verificationSection(report.verification)}
${changeSections(report)}
${footer(report)}
</main>
<div id="tip" hidden></div><div id="announce" class="visually-hidden" aria-live="polite"></div>`;
  const { trees } = report;
  const titles = new Map(report.comparison.groups.map(({ group, title }) => [group, title] as const));
  const compact = trees && { fat: compactTree(trees.fat, titles), lean: compactTree(trees.lean, titles) };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
${html`<title>${report.projectName}: ${headline(report.comparison)}</title>`.html}
<style>${pageStyle}</style>
</head>
<body>
${body.html}
<script type="application/json" id="data">${escapeJson({ trees: compact })}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

// The mark on a ship's hull: a ring crossed by the line that the water must not pass.
const mark: Markup = {
  html: '<svg viewBox="0 0 42 42" fill="none" stroke="currentColor" stroke-width="3.4" aria-hidden="true"><circle cx="21" cy="21" r="12.5"/><path d="M2 21h38" stroke-linecap="round"/></svg>',
};

function head(report: SlimReport): Markup {
  const { engine, target } = report;
  const evidence = target.source === 'given' ? 'as given' : target.evidence.join('; ');
  const built = engine === undefined ? 'nothing was built' : `built by ${engine.name} ${engine.version}`;
  return html`<header>${mark}<div><h1>${report.projectName}</h1>
<div class="muted">for <b>${target.device.toUpperCase()}</b> (${evidence}) · ${built} · <code>${report.commandLine}</code></div></div></header>`;
}

function stats(report: SlimReport): Markup {
  const { total, push, pull } = report.comparison;
  const gzipPercent =
    total.fat.compressedBytes === 0
      ? undefined
      : (100 * total.savedCompressedBytes) / total.fat.compressedBytes;
  const faster = (before: number, after: number): string =>
    after > 0 && before > 0
      ? `${(before / after).toFixed(1)}× ${before >= after ? 'faster' : 'as fast'}`
      : '';
  const cards = [
    stat('Image', [formatAmount(total.fat), formatAmount(total.lean)], formatPercent(total.savedPercent)),
    stat(
      'Compressed (gzip)',
      [formatBytes(total.fat.compressedBytes), formatBytes(total.lean.compressedBytes)],
      formatPercent(gzipPercent),
    ),
    stat(
      `Push at ${formatBitRate(push.uplinkBitsPerSecond)}`,
      [formatSeconds(push.fat.totalSeconds), formatSeconds(push.lean.totalSeconds)],
      faster(push.fat.totalSeconds, push.lean.totalSeconds),
    ),
    stat(
      `Pull and unpack at ${formatBitRate(pull.downlinkBitsPerSecond)}`,
      [formatSeconds(pull.fat.totalSeconds), formatSeconds(pull.lean.totalSeconds)],
      faster(pull.fat.totalSeconds, pull.lean.totalSeconds),
    ),
    verdictStat(report),
  ];
  return html`<div class="stats">${cards}</div>`;
}

function stat(name: string, [before, after]: readonly [string, string], note: string): Markup {
  return html`<div class="stat"><div class="name">${name}</div><div class="value"><s>${before} →</s> <span>${after}</span></div><div class="note"><b>${note}</b></div></div>`;
}

function verdictStat(report: SlimReport): Markup {
  const { verification } = report;
  if (verification === undefined) {
    return html`<div class="stat"><div class="name">Verification</div><div class="value">not run</div><div class="note">nothing is proven</div></div>`;
  }
  const { mark: sign, tone, word } = verdictOf(verification);
  const judged = verification.checks.filter(({ outcome }) => outcome !== 'not-judged');
  const same = judged.filter(({ outcome }) => outcome !== 'different').length;
  const requests = verification.requests.filter(({ outcome }) => outcome !== 'different').length;
  const counts = `${same}/${judged.length} checks, ${requests}/${verification.requests.length} requests`;
  return html`<div class="stat ${tone}"><div class="name">Verification</div><div class="value">${sign} ${word}</div><div class="note"><b>${counts}</b></div></div>`;
}

function notes(report: SlimReport): Markup {
  const forecast = report.comparison.isForecast
    ? [
        html`<div class="callout"><b>Forecast.</b> No image was measured; sizes are estimates with the uncertainty shown.</div>`,
      ]
    : [];
  const standIns = report.standInNotes.map((note) => html`<div class="callout">* ${note}</div>`);
  const warnings = report.warnings.map((warning) => html`<div class="callout">${warning}</div>`);
  return html`${[...forecast, ...standIns, ...warnings]}`;
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
  const all = [...sharedLayerNotes(report.comparison), ...assumptions].map((text) => html`<li>${text}</li>`);
  const files = report.files.map((file) => html`<li><code>${file}</code></li>`);
  const written =
    files.length === 0 ? nothing : html`<section><h2>Files written</h2><ul>${files}</ul></section>`;
  return html`${written}<section><h2>How the numbers came about</h2><ul class="small muted">${all}</ul></section>
<footer>Made by Plimsoll. Sizes in decimal units: 1 MB = 10⁶ bytes.</footer>`;
}
