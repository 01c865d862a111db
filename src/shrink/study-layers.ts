import { createHash } from 'node:crypto';
import {
  type EntryPlace,
  type LayerIndex,
  libraryFolders,
  neededLibraries,
  type ReadAt,
  type RootFileSystem,
  readElf,
} from '../filetree/index.ts';
import type { Image } from '../image/index.ts';
import { type InstalledDistribution, moduleMentions } from '../python/index.ts';
import { scanTarFile, type TarBody, type TarEntry } from '../tar/index.ts';
import { librariesLoadedBy, loadedLibraries } from './elf/loaded-libraries.ts';
import { planStrip } from './elf/plan-strip.ts';
import { equalSizes } from './equal-sizes.ts';
import { type MentionList, mentionList } from './mention-list.ts';
import { isOwnDistribution } from './own-distributions.ts';
import type { PlainLayers } from './plain-layers.ts';
import { isProgramList, programSource } from './program-source.ts';
import { siteOf } from './site-packages.ts';
import { type EntryCollection, entryCollection } from './stored-entries.ts';
import type { ElfFacts, ProgramSource, Study } from './study.ts';

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
  const hasTwin = equalSizes(request.root, request.baseLayerCount);
  for (const [number, layer] of request.image.layers.entries()) {
    const wanted = visible.get(number);
    const index = request.root.layers[number];
    if (wanted === undefined || index === undefined) continue;
    if (number < request.baseLayerCount && !isStudied(index, wanted)) continue;
    const place = await request.layers.open(layer);
    let position = -1;
    await scanTarFile(place, {
      isEndMarkerOptional: true,
      signal: request.signal,
      onEntry(entry, body) {
        position += 1;
        const names = namesAt(wanted, index, position);
        if (names.length === 0) return;
        // Of what stays as it is, only directories are written again: above new files.
        if (number >= request.baseLayerCount || entry.type === 'directory')
          collected.entries.add({ layer: number, position }, entry, index.entryCount);
        if (entry.type !== 'file' || entry.sparse !== undefined) return;
        for (const path of names) {
          studyFile(collected, { path, entry, body });
          if (number >= request.baseLayerCount && hasTwin(path, entry.sizeBytes))
            collected.digests.set(path, digestOf(entry, body));
        }
      },
    });
  }
  return finished(collected);
}

/** What of a layer is visible. */
interface Places {
  /** 1 at the positions whose entry is visible by its own path. */
  readonly isVisible: Uint8Array;
  /** Further names of content, where hard links show it, too. */
  readonly names: Map<number, string[]>;
}

function visiblePlaces(root: RootFileSystem): ReadonlyMap<number, Places> {
  const found = new Map<number, Places>();
  const add = (place: EntryPlace | undefined, path: string): void => {
    const layer = place && root.layers[place.layer];
    if (place === undefined || layer === undefined) return;
    const places = found.get(place.layer) ?? {
      isVisible: new Uint8Array(layer.entryCount),
      names: new Map(),
    };
    found.set(place.layer, places);
    if (layer.entry(place.position).path === path) places.isVisible[place.position] = 1;
    else places.names.set(place.position, [...(places.names.get(place.position) ?? []), path]);
  };
  for (const { entry } of root.entries()) {
    add(root.placeOf(entry.path), entry.path);
    if (entry.type === 'hardlink') add(root.placeOf(entry.linkTarget ?? ''), entry.path);
  }
  return found;
}

/** The visible paths that show what is stored at a position of a layer. */
function namesAt({ isVisible, names }: Places, index: LayerIndex, position: number): readonly string[] {
  const others = names.get(position) ?? [];
  return isVisible[position] === 1 ? [index.entry(position).path, ...others] : others;
}

function isStudied(index: LayerIndex, wanted: Places): boolean {
  for (let position = 0; position < index.entryCount; position++) {
    const entry = index.entry(position);
    if (namesAt(wanted, index, position).some((path) => path.endsWith('.py') && siteOf(path) !== undefined))
      return true;
    const attributes = Object.values(entry.attributes ?? {});
    if (entry.type === 'directory' && attributes.some((value) => value.startsWith('sha256:'))) return true;
  }
  return false;
}

interface Collection {
  readonly entries: EntryCollection;
  readonly numbers: Map<string, number>;
  readonly mentions: MentionList;
  readonly programSources: ProgramSource[];
  /** Files of distributions that are the application. */
  readonly ownFiles: ReadonlySet<string>;
  /** What counts as a word of `MentioningFile`. */
  readonly words: ReadonlySet<string>;
  readonly elf: Map<string, ElfFacts>;
  readonly withLoadedLibraries: boolean;
  readonly loadedLibraries: Map<string, string[]>;
  readonly archives: Set<string>;
  readonly stubReaders: Map<string, 'attaches' | 'names'>;
  readonly digests: Map<string, string>;
  runTimeCompilation: string | undefined;
}

function newCollection({ distributions, withLoadedLibraries = false }: StudyRequest): Collection {
  return {
    entries: entryCollection(),
    numbers: new Map(),
    mentions: mentionList(),
    programSources: [],
    ownFiles: new Set(distributions.filter(isOwnDistribution).flatMap(({ files }) => files)),
    words: new Set(
      distributions.flatMap(({ modules, entryPoints }) => [...modules, ...Object.keys(entryPoints)]),
    ),
    elf: new Map(),
    withLoadedLibraries,
    loadedLibraries: new Map(),
    archives: new Set(),
    stubReaders: new Map(),
    digests: new Map(),
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

const digestPart = Buffer.alloc(256 * 1024);

function digestOf({ sizeBytes }: TarEntry, body: TarBody): string {
  const hash = createHash('sha256');
  for (let at = 0; at < sizeBytes; at += digestPart.length) {
    const part = digestPart.subarray(0, Math.min(digestPart.length, sizeBytes - at));
    body.read(part, at);
    hash.update(part);
  }
  return hash.digest('base64');
}

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
  const numbered = (names: ReadonlySet<string>): number[] =>
    Array.from(names, (name) => numberOf(into.numbers, name));
  const { imports, strings, guarded, lazy, words, programs } = found;
  into.mentions.add(path, {
    names: numbered(new Set([...imports, ...strings])),
    guarded: numbered(guarded),
    lazy: numbered(lazy),
    words: numbered(words),
  });
  const stubUse = path.endsWith('.py') ? stubUseOf(text) : undefined;
  if (stubUse !== undefined) into.stubReaders.set(path, stubUse);
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

/** How a source reads stubs, if it may: comments count, which errs towards keeping them. */
function stubUseOf(text: string): 'attaches' | 'names' | undefined {
  if (text.includes('attach_stub') || text.includes('lazy_loader')) return 'attaches';
  return text.includes('.pyi') ? 'names' : undefined;
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
  const { numbers, ownFiles: _, words: __, withLoadedLibraries: ___, ...rest } = found;
  return { ...rest, names: [...numbers.keys()] };
}
