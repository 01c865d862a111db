import { posix } from 'node:path';
import type { EntryPlace, RootFileSystem } from '../filetree/index.ts';
import type { InstalledDistribution } from '../python/index.ts';
import type { StripPlan } from './elf/plan-strip.ts';
import type { ShrinkSubject } from './pass.ts';
import type { PlannedEdit } from './planned-edit.ts';

/** A RECORD that has to follow what happened to the files it lists. */
export interface PlannedRecord {
  readonly path: string;
  /** The folder that its paths are relative to. */
  readonly location: string;
  /** Decoded when it is asked for: the lists of 200,000 files are 20 MB. */
  readonly text: string;
  readonly gone: ReadonlySet<string>;
  readonly stripped: ReadonlyMap<string, { readonly plan: StripPlan; readonly content: EntryPlace }>;
}

/** A changed file as RECORD has it. */
export interface RecordedFile {
  /** Base64 without padding, in the alphabet for URLs. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

const records = new WeakMap<InstalledDistribution, { readonly path: string | undefined }>();

/** The list of files that an installer left for a distribution: RECORD (PEP 627), or setuptools' own. */
export function recordOf(distribution: InstalledDistribution): string | undefined {
  // Asked for each file that goes, of lists with thousands of names.
  const known = records.get(distribution);
  if (known !== undefined) return known.path;
  const path = distribution.files.find((one) =>
    /\.(?:dist-info\/RECORD|egg-info\/installed-files\.txt)$/.test(one),
  );
  records.set(distribution, { path });
  return path;
}

/** The RECORDs that a plan touches. */
export function planRecords(subject: ShrinkSubject, edits: readonly PlannedEdit[]): PlannedRecord[] {
  const byDistribution = Map.groupBy(edits, ({ edit }) => subject.distributionOf(edit.path));
  const gone = new Set(edits.flatMap(({ edit }) => (edit.kind === 'remove' ? [edit.path] : [])));
  return [...byDistribution].flatMap(([distribution, own]) => {
    const path = distribution && recordOf(distribution);
    if (distribution === undefined || path === undefined || gone.has(path)) return [];
    if (textOf(subject.root, path) === undefined) return [];
    const stripped = own.flatMap(({ edit }) => {
      const place = edit.kind === 'strip' ? contentPlace(subject.root, edit.path) : undefined;
      return edit.kind === 'strip' && place
        ? [[edit.path, { plan: edit.plan, content: place }] as const]
        : [];
    });
    const { location } = distribution;
    return [plannedRecord(subject.root, { path, location, gone, stripped: new Map(stripped) })];
  });
}

/** Apart, as what a plan holds on to is what this function knows: not the whole study. */
function plannedRecord(root: RootFileSystem, facts: Omit<PlannedRecord, 'text'>): PlannedRecord {
  return {
    ...facts,
    get text() {
      return textOf(root, facts.path) ?? '';
    },
  };
}

function textOf(root: RootFileSystem, path: string): string | undefined {
  const content = root.content(path);
  return content && Buffer.from(content).toString('utf8');
}

/** Where the bytes of what is visible at a path are stored, hard links followed. */
export function contentPlace(root: RootFileSystem, path: string): EntryPlace | undefined {
  const entry = root.get(path)?.entry;
  return root.placeOf(entry?.type === 'hardlink' ? (entry.linkTarget ?? path) : path);
}

// torch/_C.so,sha256=1uB3…,12345        "a, b.py",sha256=…,7        ../../../bin/uvicorn,sha256=…,220
const row = /^("(?:[^"]|"")*"|[^,]*)(?:,.*)?$/s;

/** The text of a RECORD without what is gone, with new hashes and sizes for what has changed; all other lines as they are. */
export function editRecord(
  record: PlannedRecord,
  changed: (path: string) => RecordedFile | undefined,
): string {
  return record.text
    .split(/(?<=\n)/)
    .flatMap((line) => {
      const ending = /\r?\n$/.exec(line)?.[0] ?? '';
      const field = row.exec(line.slice(0, line.length - ending.length))?.[1] ?? '';
      const path = pathFromRoot(field, record.location);
      if (record.gone.has(path)) return [];
      const file = record.stripped.has(path) ? changed(path) : undefined;
      return [file === undefined ? line : `${field},sha256=${file.sha256},${file.sizeBytes}${ending}`];
    })
    .join('');
}

function pathFromRoot(field: string, location: string): string {
  const path = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
  return path.startsWith('/') ? posix.normalize(path).slice(1) : posix.join(location, path);
}
