import { moduleMentions } from '../python/index.ts';
import { librariesLoadedBy } from './elf/loaded-libraries.ts';
import { siteOf } from './site-packages.ts';
import type { StudiedFile } from './studied-file.ts';
import { addLoaded, type Collection, numberOf, ownTexts } from './study-collection.ts';

// What makes PyTorch, cffi, Cython or distutils start a compiler.
const compiling =
  /\btorch\s*\.\s*compile\b|\bcpp_extension\b|\bpyximport\b|\bload_inline\b|\bf2py\b|\bcython\s*\.\s*inline\b|\bffi\s*\.\s*(?:verify|compile)\s*\(|\b(?:distutils|setuptools)\b.*\bbuild_ext\b/;

/** Grows to the longest source. */
let sourceMemory: Buffer = Buffer.alloc(1024 * 1024);

/** Reads a Python source or stub: the modules, programs and libraries that it names. */
export function studySource(into: Collection, { path, place, entry, body }: StudiedFile): void {
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
  into.mentions.add(
    { path, place },
    {
      names: numbered(
        new Set([...imports, ...strings, ...(isOfApplication ? takenWriters(into, imports, text) : [])]),
      ),
      guarded: numbered(guarded),
      lazy: numbered(lazy),
      words: numbered(words),
    },
  );
  const use = path.endsWith('.py') ? stubUseOf(text) : undefined;
  if (use !== undefined) into.stubReaders.set(path, use);
  if (into.withLoadedLibraries) for (const name of librariesLoadedBy(text)) addLoaded(into, name, path);
  if (!isOfApplication) return;
  if (programs.size > 0) into.programSources.push({ path, programs: ownTexts(programs) });
  if (compiling.test(text)) into.runTimeCompilation ??= path;
}

/** `transformers.Trainer` where `transformers` is imported, and `.Trainer` is taken of something. */
function takenWriters({ writers }: Collection, imports: ReadonlySet<string>, text: string): string[] {
  return writers.filter((writer) => {
    const dot = writer.lastIndexOf('.');
    return dot !== -1 && imports.has(writer.slice(0, dot)) && text.includes(writer.slice(dot));
  });
}

const stubUse = /\.pyi|attach_stub|lazy_loader/;

/** How a source reads stubs, if it may: comments count, which errs towards keeping them. */
function stubUseOf(text: string): 'attaches' | 'names' | undefined {
  // Once through the text, as hardly any names one of them.
  if (!stubUse.test(text)) return undefined;
  return text.includes('attach_stub') || text.includes('lazy_loader') ? 'attaches' : 'names';
}

function packageOf(path: string, site: string): string {
  return path
    .slice(site.length + 1)
    .split('/')
    .slice(0, -1)
    .join('.');
}
