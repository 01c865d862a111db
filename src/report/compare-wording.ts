import { formatBytes, formatSeconds } from '../base/index.ts';
import type {
  Comparison,
  ConfigChange,
  FileAspect,
  FileChange,
  FileFacts,
  FileTally,
  ImageDiff,
  PackageChange,
} from '../compare/index.ts';
import { counted, formatBitRate, formatSaved } from './wording.ts';

/** What was found, in a sentence: `Different: 12 paths added (+3.10 MB), 3 settings, other layers.` */
export function diffSentence(diff: ImageDiff): string {
  const { files, config, mode } = diff;
  const spared = files.bytecodeOnly.count;
  const bytecode = spared === 0 ? '' : ` (${counted(spared, 'file')} of bytecode of equal sources aside)`;
  if (diff.isEqual) {
    if (mode === 'semantic') return `Equal: a container sees the same files and settings in both${bytecode}.`;
    return diff.ignored.length === 0
      ? 'Equal: the same layers and configuration.'
      : 'Equal but for what is ignored.';
  }
  const tally = (one: FileTally, what: string): string[] =>
    one.count === 0
      ? []
      : [`${counted(one.count, 'path')} ${what} (${formatSaved(one.fatBytes - one.leanBytes)})`];
  const { timeOnly } = files;
  const parts = [
    ...tally(files.added, 'added'),
    ...tally(files.removed, 'removed'),
    ...tally(files.changed, 'changed'),
    ...(timeOnly.count === 0 ? [] : [`${counted(timeOnly.count, 'path')} with another time only`]),
    ...(config.length === 0 ? [] : [counted(config.length, 'setting')]),
    ...(diff.hasSameLayers || mode === 'semantic' ? [] : ['other layers']),
  ];
  return `Different: ${parts.join(', ')}${bytecode}.`;
}

/** What a host that runs the first image fetches for the second, and what a pull of it costs elsewhere. */
export function pullAfterSentence({ fat, lean, pull }: Comparison): string {
  const { leanAfterFat } = pull;
  const held = lean.layers.findIndex(({ identity }, i) => identity !== fat.layers[i]?.identity);
  const count = held === -1 ? lean.layers.length : held;
  if (leanAfterFat.downloadBytes === 0 && count === lean.layers.length) {
    return 'A host that has the first image has every layer of the second.';
  }
  return `A host that has the first image pulls ${formatBytes(leanAfterFat.downloadBytes)} for the second, in ${formatSeconds(leanAfterFat.totalSeconds)} at ${formatBitRate(pull.downlinkBitsPerSecond)}: it has ${count} of ${counted(lean.layers.length, 'layer')}.`;
}

/** Packages that are not the same in both, those that changed most first. */
export function changedPackages(comparison: Comparison): readonly PackageChange[] {
  return comparison.packages.filter(({ change }) => change !== 'same');
}

/** `3 removed (−1.20 GB), 1 added (+3.00 MB), 2 of another version`. */
export function packageSummary(changes: readonly PackageChange[]): string {
  const words: readonly (readonly [PackageChange['change'], string])[] = [
    ['removed', 'removed'],
    ['added', 'added'],
    ['version', 'of another version'],
    ['size', 'of another size'],
  ];
  return words
    .flatMap(([change, word]) => {
      const found = changes.filter((one) => one.change === change);
      const saved = found.reduce((sum, one) => sum + one.savedBytes, 0);
      return found.length === 0
        ? []
        : [`${found.length.toLocaleString('en-US')} ${word} (${formatSaved(saved)})`];
    })
    .join(', ');
}

/** What became of a file's size: `12.0 MB`, or `12.0 MB → 3.10 MB`. */
export function fileSizes({ fat, lean }: FileChange): string {
  const [before, after] = [fat, lean].map((facts) =>
    facts === undefined ? undefined : formatBytes(facts.sizeBytes),
  );
  if (before === undefined || after === undefined) return before ?? after ?? '';
  return fat?.sizeBytes === lean?.sizeBytes ? before : `${before} → ${after}`;
}

/** The path, a directory's with a slash at its end. */
export function shownPath({ path, fat, lean }: FileChange): string {
  return (lean ?? fat)?.type === 'directory' ? `${path}/` : path;
}

/** What a changed file differs in: `content, mode 644 → 755, owner 0:0 → 1000:1000`. */
export function aspectWords({ aspects, fat, lean, isContentUnknown }: FileChange): string {
  if (aspects === undefined || fat === undefined || lean === undefined) return '';
  // Whatever was made anew has another time: that is news only where nothing else is.
  const shown = aspects.length > 1 ? aspects.filter((aspect) => aspect !== 'time') : aspects;
  const words = shown.map((aspect) => aspectWord(aspect, fat, lean));
  return [...words, ...(isContentUnknown ? ['content not read'] : [])].join(', ');
}

function aspectWord(aspect: FileAspect, fat: FileFacts, lean: FileFacts): string {
  const between = (read: (facts: FileFacts) => string): string => `${read(fat)} → ${read(lean)}`;
  switch (aspect) {
    case 'type':
      return between(({ type }) => type);
    case 'content':
      return 'content';
    case 'mode':
      return `mode ${between(({ mode }) => mode.toString(8).padStart(3, '0'))}`;
    case 'owner':
      return `owner ${between(({ uid, gid }) => `${uid}:${gid}`)}`;
    case 'link':
      return `link ${between(({ linkTarget }) => linkTarget ?? '–')}`;
    case 'device':
      return `device ${between(({ device }) => device ?? '–')}`;
    case 'attributes':
      return attributeWords(fat.attributes ?? {}, lean.attributes ?? {});
    case 'time':
      return `time ${between(({ mtimeSeconds }) => timeText(mtimeSeconds))}`;
  }
}

/** `security.capability removed, user.origin changed`: values are bytes that say nothing to a reader. */
function attributeWords(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const words = names.flatMap((name) => {
    if (before[name] === after[name]) return [];
    const what = before[name] === undefined ? 'added' : after[name] === undefined ? 'removed' : 'changed';
    return [`${name} ${what}`];
  });
  return words.join(', ');
}

function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds} s` : time.toISOString().replace(/(?:\.000)?Z$/, 'Z');
}

/** `env PATH`, `cmd`. */
export function settingName({ field, key }: ConfigChange): string {
  return key === undefined ? field : `${field} ${key}`;
}

/** The value before and after: `a → b`, or the one there is; a port and a volume say all by their name. */
export function settingValues({ field, fat, lean }: ConfigChange): string {
  if (field === 'port' || field === 'volume') return '';
  return fat === undefined || lean === undefined ? (fat ?? lean ?? '') : `${fat} → ${lean}`;
}
