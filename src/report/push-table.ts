import { formatBytes, formatSeconds } from '../base/index.ts';
import type { EstimatedLayer, PushEstimate, PushedLayer, PushReport } from '../push/index.ts';
import { type Cell, layOutGrid } from './grid.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import { plainText, wrap } from './terminal-text.ts';
import { counted, formatBitRate, shortInstruction } from './wording.ts';

/** What a push has done, for a terminal: headline, layers, what it saved; ends with a line end. */
export function pushTable(report: PushReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const { paint, width } = screen;
  const rate = report.seconds > 0 ? ` (${formatBytes(report.sentBytes / report.seconds)}/s)` : '';
  const sent = `${formatBytes(report.sentBytes)} sent in ${formatSeconds(report.seconds)}${report.sentBytes > 1e6 ? rate : ''}`;
  const skipped = report.skippedBytes === 0 ? '' : `, ${formatBytes(report.skippedBytes)} there already`;
  return pageOf([
    [
      paint(plainText(report.reference), 'accent'),
      paint(report.digest, 'dim'),
      ...wrap(`${sent}${skipped}`, width).map((line) => paint(line, 'bold')),
    ],
    ...platformSections(report, screen),
    (report.remarks ?? []).flatMap((remark) => wrap(plainText(remark), width)),
    wrap(dockerSentence(report), width).map((line) => paint(line, 'dim')),
  ]);
}

/** What a push would send, for a terminal; ends with a line end. */
export function pushEstimateTable(estimate: PushEstimate, options: TerminalOptions): string {
  const screen = screenFor(options);
  const { paint, width } = screen;
  const about = estimate.layers.some(({ outcome, isEstimated }) => outcome === 'to send' && isEstimated);
  const sentence = `${about ? 'About ' : ''}${formatBytes(estimate.sendBytes)} to send: ${formatSeconds(estimate.uploadSeconds)} at ${formatBitRate(estimate.uplinkBitsPerSecond)}`;
  const skipped = estimate.skippedBytes === 0 ? '' : `, ${formatBytes(estimate.skippedBytes)} there already`;
  return pageOf([
    [
      paint(plainText(`${estimate.reference} (nothing is sent)`), 'accent'),
      ...wrap(`${sentence}${skipped}`, width).map((line) => paint(line, 'bold')),
    ],
    layerLines(estimate.layers, screen),
  ]);
}

/** The layers; under the name of their platform, where there are several. */
function platformSections({ layers, manifests }: PushReport, screen: Screen): string[][] {
  if (manifests === undefined) return [layerLines(layers, screen)];
  const { paint, width } = screen;
  const platforms = [...new Set(layers.map(({ platform }) => platform))];
  const sections = platforms.map((platform) => [
    paint(plainText(platform ?? ''), 'bold'),
    ...layerLines(
      layers.filter((layer) => layer.platform === platform),
      screen,
    ),
  ]);
  const rows = manifests.map(({ digest, kind, platform = '' }): Cell[] => [
    { text: kind },
    { text: plainText(platform) },
    { text: digest, style: 'dim' },
  ]);
  const columns = [{ title: 'the index lists' }, { title: '' }, { title: '', isFlexible: true as const }];
  return [...sections, layOutGrid({ columns, rows }, width, paint)];
}

function pageOf(sections: readonly (readonly string[])[]): string {
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function layerLines(layers: readonly (PushedLayer | EstimatedLayer)[], { paint, width }: Screen): string[] {
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const columns = [
    right(''),
    right('layer'),
    right('blob'),
    { title: '' },
    { title: 'instruction', isFlexible: true as const },
  ];
  return layOutGrid({ columns, rows: layers.map(layerRow) }, width, paint);
}

const words: Readonly<Record<(PushedLayer | EstimatedLayer)['outcome'], string>> = {
  sent: 'sent',
  mounted: 'mounted',
  present: 'there',
  foreign: 'elsewhere',
  'to send': 'to send',
  'to mount': 'to mount',
};

function layerRow(layer: PushedLayer | EstimatedLayer, position: number): Cell[] {
  const isMoved = layer.outcome === 'sent' || layer.outcome === 'to send';
  const about = 'isEstimated' in layer && layer.isEstimated ? '≈ ' : '';
  const packing = layer.packing === 'stored' || !isMoved ? '' : ` as ${layer.packing}`;
  return [
    { text: String(position), style: 'dim' },
    { text: formatBytes(layer.storedBytes), style: 'dim' },
    { text: `${about}${formatBytes(layer.sizeBytes)}`, style: isMoved ? 'bold' : 'dim' },
    { text: `${words[layer.outcome]}${packing}`, style: isMoved ? 'plain' : 'good' },
    {
      text: layer.instruction === undefined ? '' : plainText(shortInstruction(layer.instruction)),
      style: 'dim',
    },
  ];
}

function dockerSentence({ dockerGzipSeconds, layers }: PushReport): string {
  const packed = layers.filter(({ packing, outcome }) => packing !== 'stored' && outcome === 'sent');
  if (dockerGzipSeconds === undefined || dockerGzipSeconds < 1) return '';
  return `docker push would compress ${counted(packed.length, 'layer')} with one thread each: about ${formatSeconds(dockerGzipSeconds)} of gzip on this machine.`;
}
