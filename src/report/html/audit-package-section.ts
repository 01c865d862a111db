import type { Audit } from '../../audit/index.ts';
import { formatBytes } from '../../base/index.ts';
import { inPlace, packageKindName } from '../audit-sums.ts';
import { counted } from '../wording.ts';
import { html, type Markup, nothing } from './markup.ts';

const shownAtFirst = 20;
const mostRows = 1500;

/** Everything installed, to be sorted by any column: the largest are shown at first, the rest when asked for. */
export function auditPackageSection({ packages }: Audit): Markup {
  if (packages.length === 0) return nothing;
  const largest = Math.max(1, packages[0]?.sizeBytes ?? 1);
  const rows = packages.slice(0, mostRows).map((one, i) => {
    const kind = packageKindName(one.kind);
    const group = one.kind === 'distribution' ? 'python-dependencies' : 'system-packages';
    const place =
      one.location === undefined ? nothing : html` <span class="muted small">${inPlace(one)}</span>`;
    return html`<tr${i >= shownAtFirst ? html` class="later"` : nothing}><td class="name">${one.name}${place}</td><td class="mono">${one.version}</td><td class="muted">${kind}</td><td class="n" data-value="${one.sizeBytes}">${formatBytes(one.sizeBytes)}</td><td class="shares"><span class="bar"><i class="fill g-${group}" style="width:${((100 * one.sizeBytes) / largest).toFixed(2)}%"></i></span></td><td class="n" data-value="${one.fileCount}">${one.fileCount.toLocaleString('en-US')}</td></tr>`;
  });
  const column = (title: string, kind: 'text' | 'number', sort: string): Markup =>
    html`<th class="${kind === 'number' ? 'n' : ''}" aria-sort="${sort}"><button type="button" class="link" data-sort="${kind}">${title}</button></th>`;
  const more =
    packages.length <= shownAtFirst
      ? nothing
      : html`<button type="button" class="button" id="all-packages" aria-expanded="false">Show all ${Math.min(packages.length, mostRows).toLocaleString('en-US')}</button>`;
  const left =
    packages.length > mostRows
      ? html`<p class="small muted">and ${counted(packages.length - mostRows, 'smaller package')}. The JSON has them all.</p>`
      : nothing;
  return html`<section id="packages"><div class="tools"><h2>Packages <span class="muted small">${packages.length.toLocaleString('en-US')} installed</span></h2><input type="search" id="package-filter" placeholder="Filter" aria-label="Filter packages by name" autocomplete="off" spellcheck="false"></div>
<div class="scroll"><table id="package-table" class="short"><thead><tr>${column('package', 'text', 'none')}${column('version', 'text', 'none')}${column('kind', 'text', 'none')}${column('bytes', 'number', 'descending')}<th></th>${column('files', 'number', 'none')}</tr></thead><tbody>${rows}</tbody></table></div>${more}${left}</section>`;
}
