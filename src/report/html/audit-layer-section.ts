import type { Audit, AuditLayer } from '../../audit/index.ts';
import { formatBytes } from '../../base/index.ts';
import { avoidableByLayer, layerSize, layerSizeTitle } from '../audit-sums.ts';
import { shortInstruction } from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

const longestInstruction = 150;
// Package databases are written again by every installation: a few kilobytes are no news.
const shownBytes = 10_000;

interface LayerShares {
  readonly layer: AuditLayer;
  readonly name: string;
  /** As `layerSizeTitle` calls it. */
  readonly size: string;
  readonly deadBytes: number;
  readonly avoidableBytes: number;
  readonly neededBytes: number;
}

/** The layers: one bar of all of them, then a row for each with what of it is dead and avoidable. */
export function auditLayerSection(audit: Audit): Markup {
  const avoidable = avoidableByLayer(audit);
  const shares = audit.layers.map((layer): LayerShares => {
    const { position, instruction, contentBytes, deadBytes } = layer;
    const avoidableBytes = avoidable.get(position) ?? 0;
    return {
      layer,
      name: instruction === undefined ? '(no instruction recorded)' : shortInstruction(instruction),
      size: layerSize(audit, layer),
      deadBytes,
      avoidableBytes,
      neededBytes: Math.max(0, contentBytes - deadBytes - avoidableBytes),
    };
  });
  const largest = Math.max(1, ...audit.layers.map(({ contentBytes }) => contentBytes));
  return html`<section><h2>Layers <span class="muted small">lowest first; the bar is the whole image</span></h2>
${stack(shares, audit.image.contentBytes)}
<div class="scroll"><table class="layers"><thead><tr><th class="n">#</th><th class="n">content</th><th></th><th class="n">${layerSizeTitle(audit)}</th><th class="n">avoidable</th><th class="n">dead</th><th>instruction</th></tr></thead>
<tbody>${shares.map((share) => row(share, largest))}</tbody></table></div></section>`;
}

/** What is needed, avoidable and dead, as parts of a bar. */
function parts({ neededBytes, avoidableBytes, deadBytes }: LayerShares, whole: number): Markup {
  const part = (kind: string, bytes: number): Markup =>
    bytes === 0
      ? nothing
      : html`<i class="${kind}" style="width:${((100 * bytes) / whole).toFixed(2)}%"></i>`;
  return html`${part('needed', neededBytes)}${part('avoidable', avoidableBytes)}${part('dead', deadBytes)}`;
}

function stack(shares: readonly LayerShares[], total: number): Markup {
  const segments = shares
    .filter(({ layer }) => layer.contentBytes > 0)
    .map((share) => {
      const { layer, name } = share;
      const percent = (100 * layer.contentBytes) / total;
      const title = `layer ${layer.position}: ${summary(share)}. ${name.slice(0, 200)}`;
      const label =
        percent > 6 ? html`<b>${layer.position} · ${formatBytes(layer.contentBytes)}</b>` : nothing;
      return html`<a href="#layer-${layer.position}" class="segment${layer.isBase === true ? ' base' : ''}" style="flex-grow:${percent.toFixed(3)}" title="${title}" aria-label="${title}">${parts(share, layer.contentBytes)}${label}</a>`;
    });
  return html`<div class="stackbar">${segments}</div>`;
}

function summary({ layer, avoidableBytes, deadBytes }: LayerShares): string {
  return [
    formatBytes(layer.contentBytes),
    ...(avoidableBytes > 0 ? [`${formatBytes(avoidableBytes)} avoidable`] : []),
    ...(deadBytes > 0 ? [`${formatBytes(deadBytes)} dead`] : []),
  ].join(', ');
}

function row(share: LayerShares, largest: number): Markup {
  const { layer, name, deadBytes, avoidableBytes } = share;
  const size = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes));
  const copied = layer.metadataOnlyBytes;
  const tag = (does: string, bytes: number): Markup[] =>
    bytes < shownBytes ? [] : [html`<span class="tag">${does} ${formatBytes(bytes)} below</span> `];
  const tags = [
    ...(layer.isBase === true ? [html`<span class="tag">base</span> `] : []),
    ...(copied >= shownBytes
      ? [
          html`<span class="tag warn" title="stored again by a later layer with other owner, mode or time">${formatBytes(copied)} copied for metadata</span> `,
        ]
      : []),
    ...tag('replaces', layer.buriedBytes - layer.removedBytes),
    ...tag('deletes', layer.removedBytes),
  ];
  const text =
    name.length > longestInstruction + 10
      ? html`<details><summary class="mono">${name.slice(0, longestInstruction)}…</summary><span class="mono">${name}</span></details>`
      : html`<span class="mono">${name}</span>`;
  return html`<tr id="layer-${layer.position}" class="${layer.isBase === true ? 'base' : ''}"><td class="n"><button type="button" class="link" data-layer="${layer.position}" title="Show layer ${layer.position} in the map">${layer.position}</button></td><td class="n"><b>${formatBytes(layer.contentBytes)}</b></td><td class="shares"><span class="bar">${parts(share, largest)}</span></td><td class="n muted">${share.size}</td><td class="n warn-text">${size(avoidableBytes)}</td><td class="n bad-text">${size(deadBytes)}</td><td class="wide">${tags}${text}</td></tr>`;
}
