import { type ElfFile, elfTypes, type ReadAt } from '../../filetree/index.ts';

const library = /\blib[\w+-]+(?:\.[\w-]+)*?\.so(?:\.\d+)*(?![\w.])/g;

/**
 * The names of libraries in the constants of a file that calls `dlopen`: what it may load while it runs. A name that it puts together
 * nobody finds.
 */
export function loadedLibraries(elf: ElfFile, read: ReadAt): ReadonlySet<string> {
  const found = new Set<string>();
  const isReadable = ({ offset, sizeBytes }: ElfFile['sections'][number]): boolean =>
    offset + sizeBytes <= elf.sizeBytes;
  const named = elf.sections.filter((one) => one.type !== elfTypes.noBits && isReadable(one));
  if (!named.some((section) => section.name === '.dynstr' && mentions(section, 'dlopen', read))) return found;
  for (const section of named) {
    if (!section.name.startsWith('.rodata')) continue;
    for (const chunk of chunksOf(section, read)) {
      // Most chunks of large files hold none.
      if (chunk.includes('.so'))
        for (const name of librariesNamedIn(chunk.toString('latin1'))) found.add(name);
    }
  }
  return found;
}

function mentions(section: ElfFile['sections'][number], text: string, read: ReadAt): boolean {
  for (const chunk of chunksOf(section, read)) if (chunk.includes(text)) return true;
  return false;
}

const chunkBytes = 1024 * 1024;
/** Longer than any name of a library. */
const overlapBytes = 256;

function* chunksOf(
  { offset, sizeBytes }: { readonly offset: number; readonly sizeBytes: number },
  read: ReadAt,
): Generator<Buffer> {
  const memory = Buffer.alloc(Math.min(sizeBytes, chunkBytes + overlapBytes));
  for (let at = 0; at < sizeBytes; at += chunkBytes) {
    const chunk = memory.subarray(0, Math.min(memory.length, sizeBytes - at));
    read(chunk, offset + at);
    yield chunk;
  }
}

/** The libraries that a Python source names which loads any (ctypes, cffi): `libmagic.so.1`, and `magic` of `find_library("magic")`. */
export function librariesLoadedBy(text: string): ReadonlySet<string> {
  if (!/\b(?:CDLL|PyDLL|cdll|LoadLibrary|dlopen|find_library)\b/.test(text)) return new Set();
  const found = new Set(librariesNamedIn(text));
  for (const match of text.matchAll(/find_library\(\s*["']([\w+.-]+)["']/g)) found.add(match[1] ?? '');
  return found;
}

function* librariesNamedIn(text: string): Generator<string> {
  for (const [name] of text.matchAll(library)) yield name;
}
