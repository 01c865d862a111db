import type { EntryPlace, LayerEntry, RootFileSystem } from '../filetree/index.ts';
import type { Image } from '../image/index.ts';
import { type InstalledDistribution, moduleMentions } from '../python/index.ts';
import { scanTarFile, type TarBody, type TarEntry } from '../tar/index.ts';
import { librariesLoadedBy, loadedLibraries } from './elf/loaded-libraries.ts';
import { planStrip } from './elf/plan-strip.ts';
import { libraryFolders, neededLibraries, type ReadAt, readElf } from './elf/read-elf.ts';
import { isOwnDistribution } from './own-distributions.ts';
import type { PlainLayers } from './plain-layers.ts';
import { isProgramList, programSource } from './program-source.ts';
import { siteOf } from './site-packages.ts';
import { type ElfFacts, type MentioningFile, type ProgramSource, placeKey, type Study } from './study.ts';

/** What is studied. */
export interface StudyRequest {
  readonly image: Pick<Image, 'layers'>;
  readonly root: RootFileSystem;
  readonly distributions: readonly InstalledDistribution[];
  /** How many of the lowest layers stay as they are. */
  readonly baseLayerCount: number;
  readonly layers: PlainLayers;
  /** Whether libraries that are loaded while something runs are looked for, too, which reads more of each file. */
  readonly withLoadedLibraries?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads each layer that is written anew once: the entries that are visible, the modules that Python files name, and the tables of
 * libraries. Of the base's layers those with Python distributions, which may import what lies above, and those
 * whose directories have attributes that the index only keeps the digest of.
 */
export async function studyLayers(request: StudyRequest): Promise<Study> {
  const visible = visiblePlaces(request.root);
  const collected = newCollection(request);
  for (const [number, layer] of request.image.layers.entries()) {
    const wanted = visible.get(number);
    if (wanted === undefined || !isStudied(number, wanted, request.baseLayerCount)) continue;
    const place = await request.layers.open(layer);
    let position = -1;
    await scanTarFile(place, {
      isEndMarkerOptional: true,
      signal: request.signal,
      onEntry(entry, body) {
        position += 1;
        const names = wanted.get(position);
        if (names === undefined) return;
        collected.entries.set(placeKey({ layer: number, position }), entry);
        if (entry.type !== 'file' || entry.sparse !== undefined) return;
        for (const { path } of names) studyFile(collected, { path, entry, body });
      },
    });
  }
  return finished(collected);
}

/** The visible entries at each position of a layer: several where hard links show its content, too. */
type Places = ReadonlyMap<number, readonly LayerEntry[]>;

function visiblePlaces(root: RootFileSystem): ReadonlyMap<number, Places> {
  const found = new Map<number, Map<number, LayerEntry[]>>();
  const add = (place: EntryPlace | undefined, entry: LayerEntry): void => {
    if (place === undefined) return;
    const layer = found.get(place.layer) ?? new Map<number, LayerEntry[]>();
    found.set(place.layer, layer.set(place.position, [...(layer.get(place.position) ?? []), entry]));
  };
  for (const { entry } of root.entries()) {
    add(root.placeOf(entry.path), entry);
    if (entry.type === 'hardlink') add(root.placeOf(entry.linkTarget ?? ''), entry);
  }
  return found;
}

function isStudied(number: number, wanted: Places, baseLayerCount: number): boolean {
  if (number >= baseLayerCount) return true;
  for (const entry of [...wanted.values()].flat()) {
    if (entry.path.endsWith('.py') && siteOf(entry.path) !== undefined) return true;
    const attributes = Object.values(entry.attributes ?? {});
    if (entry.type === 'directory' && attributes.some((value) => value.startsWith('sha256:'))) return true;
  }
  return false;
}

interface Collection {
  readonly entries: Map<string, TarEntry>;
  readonly numbers: Map<string, number>;
  readonly mentions: MentioningFile[];
  readonly programSources: ProgramSource[];
  /** Files of distributions that are the application. */
  readonly ownFiles: ReadonlySet<string>;
  /** What counts as a word of `MentioningFile`. */
  readonly words: ReadonlySet<string>;
  readonly elf: Map<string, ElfFacts>;
  readonly withLoadedLibraries: boolean;
  readonly loadedLibraries: Map<string, string[]>;
  readonly archives: Set<string>;
  runTimeCompilation: string | undefined;
}

function newCollection({ distributions, withLoadedLibraries = false }: StudyRequest): Collection {
  return {
    entries: new Map(),
    numbers: new Map(),
    mentions: [],
    programSources: [],
    ownFiles: new Set(distributions.filter(isOwnDistribution).flatMap(({ files }) => files)),
    words: new Set(
      distributions.flatMap(({ modules, entryPoints }) => [...modules, ...Object.keys(entryPoints)]),
    ),
    elf: new Map(),
    withLoadedLibraries,
    loadedLibraries: new Map(),
    archives: new Set(),
    runTimeCompilation: undefined,
  };
}

interface StudiedFile {
  readonly path: string;
  readonly entry: TarEntry;
  readonly body: TarBody;
}

/** No source that people write is as long; generated ones of this size import nothing. */
const longestSource = 32 * 1024 * 1024;

function studyFile(into: Collection, file: StudiedFile): void {
  const { path, entry } = file;
  if (/\.pyi?$/.test(path)) {
    if (entry.sizeBytes <= longestSource) studySource(into, file);
  } else if (path.endsWith('.a')) {
    if (startsWith(file, '!<arch>\n') || startsWith(file, '!<thin>\n')) into.archives.add(path);
  } else if (/\.so(?:\.|$)/.test(path) || (entry.mode & 0o111) !== 0) {
    const facts = elfFacts(into, file);
    if (facts !== undefined) into.elf.set(path, facts);
    else studyScript(into, file);
  } else if (path.endsWith('.sh') || isProgramList(path)) {
    studyScript(into, file);
  }
}

/** Longer than any script that people write. */
const longestScript = 1024 * 1024;

function studyScript(into: Collection, { path, entry, body }: StudiedFile): void {
  if (entry.sizeBytes > longestScript) return;
  const bytes = Buffer.alloc(entry.sizeBytes);
  body.read(bytes, 0);
  const found = programSource(path, bytes.toString('latin1'));
  if (found !== undefined) into.programSources.push(found);
}

function startsWith({ entry, body }: StudiedFile, magic: string): boolean {
  if (entry.sizeBytes < magic.length) return false;
  const start = Buffer.alloc(magic.length);
  body.read(start, 0);
  return start.toString('latin1') === magic;
}

function elfFacts(into: Collection, { path, entry, body }: StudiedFile): ElfFacts | undefined {
  const read: ReadAt = (target, start) => body.read(target, start);
  const elf = readElf(read, entry.sizeBytes);
  if (elf === undefined) return undefined;
  const strip = planStrip(elf, read);
  if (into.withLoadedLibraries) for (const name of loadedLibraries(elf, read)) addLoaded(into, name, path);
  const folders = libraryFolders(elf, read);
  return {
    needed: neededLibraries(elf, read),
    ...(folders.length > 0 && { folders }),
    ...(strip && { strip }),
  };
}

// What makes PyTorch, cffi, Cython or distutils start a compiler.
const compiling =
  /\btorch\s*\.\s*compile\b|\bcpp_extension\b|\bpyximport\b|\bload_inline\b|\bf2py\b|\bcython\s*\.\s*inline\b|\bffi\s*\.\s*(?:verify|compile)\s*\(|\b(?:distutils|setuptools)\b.*\bbuild_ext\b/;

let sourceMemory: Buffer = Buffer.alloc(1024 * 1024);

function studySource(into: Collection, { path, entry, body }: StudiedFile): void {
  if (entry.sizeBytes > sourceMemory.length) sourceMemory = Buffer.alloc(entry.sizeBytes);
  const bytes = sourceMemory.subarray(0, entry.sizeBytes);
  body.read(bytes, 0);
  const text = bytes.toString('latin1');
  const site = siteOf(path);
  const isOfApplication =
    (site === undefined && !/(?:^|\/)lib\/python\d/.test(path)) || into.ownFiles.has(path);
  const found = moduleMentions(text, {
    packageName: site && packageOf(path, site),
    isPackage: /(?:^|\/)__init__\.pyi?$/.test(path),
    isWord: (word) => into.words.has(word),
    withPrograms: isOfApplication,
  });
  const numbered = (names: ReadonlySet<string>): Uint32Array =>
    Uint32Array.from(names, (name) => numberOf(into.numbers, name));
  const { imports, strings, guarded, lazy, words, programs } = found;
  into.mentions.push({
    path,
    names: numbered(new Set([...imports, ...strings])),
    ...(guarded.size > 0 && { guarded: numbered(guarded) }),
    ...(lazy.size > 0 && { lazy: numbered(lazy) }),
    ...(words.size > 0 && { words: numbered(words) }),
  });
  if (into.withLoadedLibraries) for (const name of librariesLoadedBy(text)) addLoaded(into, name, path);
  if (!isOfApplication) return;
  if (programs.size > 0) into.programSources.push({ path, programs: ownTexts(programs) });
  if (compiling.test(text)) into.runTimeCompilation ??= path;
}

function addLoaded(into: Collection, name: string, path: string): void {
  const known = into.loadedLibraries.get(name);
  if (known === undefined) into.loadedLibraries.set(ownText(name), [path]);
  else known.push(path);
}

/** Copies, as a part of a text keeps the whole of it in memory. */
function ownTexts(texts: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...texts].map(ownText));
}

function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function packageOf(path: string, site: string): string {
  return path
    .slice(site.length + 1)
    .split('/')
    .slice(0, -1)
    .join('.');
}

function numberOf(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  // A copy, as a part of a text keeps the whole of it in memory.
  numbers.set(ownText(name), numbers.size);
  return numbers.size - 1;
}

function finished(found: Collection): Study {
  const { entries, mentions, programSources, elf, loadedLibraries, archives, runTimeCompilation } = found;
  const names = [...found.numbers.keys()];
  return { entries, names, mentions, programSources, elf, loadedLibraries, archives, runTimeCompilation };
}
