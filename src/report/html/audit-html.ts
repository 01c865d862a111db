import type { Audit } from '../../audit/index.ts';
import { formatBytes } from '../../base/index.ts';
import { findingKinds } from '../../finding/index.ts';
import type { GateResult } from '../../policy/index.ts';
import { baseShare, efficiencyText, neededBytes, platformName, storedFact } from '../audit-sums.ts';
import type { AuditTrees } from '../audit-tree.ts';
import { type AuditTreeNode, treeGroups, treeGroupTitles } from '../audit-tree-branch.ts';
import { counted } from '../wording.ts';
import { auditFindings } from './audit-findings.ts';
import { auditLayerSection } from './audit-layer-section.ts';
import { auditPackageSection } from './audit-package-section.ts';
import { auditScript } from './audit-script.ts';
import { auditStyle } from './audit-style.ts';
import { html, type Markup, nothing } from './markup.ts';
import { pageFooter, pageFrame, plimsollMark } from './page-frame.ts';
import { pageStyle } from './page-style.ts';

/** What the page shows. */
export interface AuditPage {
  readonly audit: Audit;
  readonly trees: AuditTrees;
  readonly gates?: readonly GateResult[];
}

/** An audit as one page (see `pageFrame`). Names from the image are never taken as markup. */
export function auditHtml({ audit, trees, gates = [] }: AuditPage): string {
  const { image } = audit;
  return pageFrame({
    title: `${image.name}: ${formatBytes(image.contentBytes)}, could be ${formatBytes(neededBytes(audit))}`,
    style: `${pageStyle}${auditStyle}`,
    main: html`${head(audit)}
${cards(audit)}
${unreadable(audit)}
${gateSection(gates)}
${mapSection()}
${auditLayerSection(audit)}
${auditFindings(audit)}
${auditPackageSection(audit)}
${footer(audit)}`,
    data: pageData(trees),
    script: auditScript,
  });
}

function head(audit: Audit): Markup {
  const { image } = audit;
  const facts = [
    platformName(image.platform),
    ...(image.distribution === undefined ? [] : [image.distribution]),
    counted(audit.layers.length, 'layer'),
    counted(image.fileCount, 'file'),
    storedFact(image),
  ].join(' · ');
  return html`<header>${plimsollMark}<div class="title"><h1>${image.name}</h1>
<div class="muted">${facts}</div><div class="muted mono digest">${image.digest}</div></div>
<button type="button" id="theme" class="button" aria-label="Switch between light and dark">◐ <span>Theme</span></button></header>`;
}

function cards(audit: Audit): Markup {
  const { image } = audit;
  const share = (bytes: number): string => {
    const percent = image.contentBytes === 0 ? 0 : (100 * bytes) / image.contentBytes;
    return bytes > 0 && percent < 0.1 ? '<0.1% of the image' : `${percent.toFixed(1)}% of the image`;
  };
  const needed = neededBytes(audit);
  const base = baseShare(audit);
  return html`<div class="stats">
${card('', ['Image', formatBytes(image.contentBytes), `efficiency ${efficiencyText(audit)}`])}
${card('good', ['Could be', formatBytes(needed), share(needed)])}
${card(audit.avoidableBytes > 0 ? 'warn' : 'good', ['Avoidable: visible, not needed', formatBytes(audit.avoidableBytes), share(audit.avoidableBytes)])}
${card(audit.deadBytes > 0 ? 'bad' : 'good', ['Dead: stored, never seen', formatBytes(audit.deadBytes), share(audit.deadBytes)])}
${base === undefined ? nothing : card('', ['Base, and on top of it', `${formatBytes(base.baseBytes)} + ${formatBytes(base.userBytes)}`, `${base.name}, ${base.layers}, ${base.evidence}`])}
</div>`;
}

function unreadable({ unreadable: all }: Audit): Markup {
  if (all.length === 0) return nothing;
  const items = all.map(({ path, reason }) => html`<li><span class="mono">${path}</span>: ${reason}</li>`);
  return html`<div class="callout"><b>Could not be read</b>, so files or packages may be missing:<ul>${items}</ul></div>`;
}

function card(tone: string, [name, value, note]: readonly [string, string, string]): Markup {
  return html`<div class="stat ${tone}"><div class="name">${name}</div><div class="value">${value}</div><div class="note">${note}</div></div>`;
}

const gateTags = {
  pass: ['good', 'pass'],
  fail: ['bad', 'fail'],
  'cannot-judge': ['warn', 'cannot judge'],
} as const;

function gateSection(gates: readonly GateResult[]): Markup {
  if (gates.length === 0) return nothing;
  const rows = gates.map(({ gate, verdict, message, source }) => {
    const [tone, word] = gateTags[verdict];
    return html`<tr><td><span class="tag ${tone}">${word}</span></td><td class="name mono">${gate}</td><td class="wide">${message}</td><td class="muted small name">${source}</td></tr>`;
  });
  return html`<section><h2>Gates</h2><div class="scroll"><table>${rows}</table></div></section>`;
}

function mapSection(): Markup {
  const legend = treeGroups.map(
    (group) => html`<span><i class="swatch fill g-${group}"></i>${treeGroupTitles[group]}</span>`,
  );
  const view = (value: string, title: string): Markup =>
    html`<label><input type="radio" name="view" value="${value}"${value === 'layers' ? html` checked` : nothing}><span>${title}</span></label>`;
  return html`<section id="map-section"><div class="tools"><h2>Where the bytes are</h2>
<fieldset class="switch"><legend class="visually-hidden">Sort the bytes by</legend>${view('layers', 'Layers')}${view('packages', 'Packages')}${view('classes', 'Classes')}</fieldset>
<input type="search" id="search" placeholder="Search ( / )" aria-label="Search files, folders and packages" autocomplete="off" spellcheck="false">
</div><div id="hits" aria-live="polite"></div>
<div class="crumbs" id="crumbs" role="navigation" aria-label="Where the map is zoomed to"></div>
<div class="stage" id="stage" role="group" aria-label="Treemap. Arrow keys move, Enter opens, Escape goes back."></div>
<div class="legend">${legend}<span><i class="swatch avoidable-swatch"></i>Avoidable</span><span><i class="swatch dead-swatch"></i>Dead</span></div>
<noscript><p class="muted">The treemap needs JavaScript; all numbers are in the tables below.</p></noscript></section>`;
}

function footer(audit: Audit): Markup {
  const notes = [
    'The size is the content of all files in all layers, dead ones included: what engines show. What is sent is compressed.',
    'Dead bytes are stored in a layer and hidden by the same or a later one. Avoidable bytes are visible and not needed at run time. No byte counts twice.',
    `“Could be” is the size without both. A remedy of risk “verify” holds only if the lean image still behaves as this one: plimsoll slim proves that.`,
    'The map counts a file once for every layer that stores it, so it has more files than a container sees. Small ones are summed up: a search finds what has a rectangle of its own.',
    ...(audit.base === undefined
      ? ['Nothing tells which layers are a base image’s, so all count as the image’s own.']
      : []),
  ];
  return html`<section><h2>How the numbers came about</h2><ul class="small muted">${notes.map((note) => html`<li>${note}</li>`)}</ul></section>
${pageFooter}`;
}

// Name, bytes, files, group, dead bytes, avoidable bytes, kind of waste (from 1), layer, children; zeros at the end are left out.
type CompactTree = readonly (string | number | readonly CompactTree[])[];

/** What the script reads. */
interface PageData {
  readonly groups: readonly string[];
  readonly kinds: readonly string[];
  readonly trees: { readonly [Name in keyof AuditTrees]: CompactTree };
}

function pageData({ layers, packages, classes }: AuditTrees): PageData {
  const kinds = Object.keys(findingKinds);
  const compact = (node: AuditTreeNode): CompactTree => {
    const all = [
      node.name,
      node.sizeBytes,
      node.fileCount,
      treeGroups.indexOf(node.group),
      node.deadBytes,
      node.avoidableBytes,
      node.wasteKind === undefined ? 0 : kinds.indexOf(node.wasteKind) + 1,
      node.layer === undefined ? 0 : node.layer + 1,
      ...(node.children === undefined ? [] : [node.children.map(compact)]),
    ];
    return all.slice(0, all.findLastIndex((one) => one !== 0) + 1);
  };
  return {
    groups: treeGroups,
    kinds: Object.values(findingKinds).map(({ title }) => title),
    trees: { layers: compact(layers), packages: compact(packages), classes: compact(classes) },
  };
}
