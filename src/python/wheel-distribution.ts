import { inflateRawSync } from 'node:zlib';
import { UserError } from '../base/index.ts';
import { type CoreMetadata, parseCoreMetadata } from './core-metadata.ts';
import { modulesOf, parseEntryPoints } from './metadata-folder.ts';
import type { RangeSource } from './open-wheel.ts';
import { readWheelDirectory, type WheelFile } from './wheel-directory.ts';

/** What a wheel says of the distribution that it installs. */
export interface WheelDistribution extends CoreMetadata {
  /** Group → names, of `entry_points.txt`. */
  readonly entryPoints: Readonly<Record<string, readonly string[]>>;
  /** Top-level names that can be imported. */
  readonly modules: readonly string[];
  /** What lands in site-packages, by the path there. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** All files, uncompressed. */
  readonly installedBytes: number;
  /** Python sources among them, which pip compiles beside. */
  readonly sourceBytes: number;
  /** What is downloaded. */
  readonly wheelBytes: number;
}

const wanted = /^[^/]+\.dist-info\/(?:METADATA|entry_points\.txt|top_level\.txt)$/;
const largestMetadata = 8_000_000;

/**
 * Reads a wheel's directory and the metadata in it by ranges (binary distribution format); nothing else of it is fetched. Throws a
 * `UserError` for a file that is no wheel.
 */
export async function readWheelDistribution(source: RangeSource): Promise<WheelDistribution> {
  const directory = await readWheelDirectory(source);
  const members = directory.files.filter(
    ({ path, sizeBytes }) => wanted.test(path) && sizeBytes <= largestMetadata,
  );
  const texts = await readMembers(source, members);
  const core = parseCoreMetadata(texts.get('METADATA') ?? '');
  if (core === undefined) {
    throw new UserError(`${source.name} is no wheel: it holds no metadata`, {
      hint: 'Download it again, or look whether the index serves something else in its place.',
    });
  }
  const files = directory.files.flatMap(({ path, sizeBytes }) => {
    const placed = sitePath(path);
    return placed === undefined ? [] : [{ path: placed, sizeBytes }];
  });
  const sum = (list: readonly { readonly sizeBytes: number }[]): number =>
    list.reduce((total, one) => total + one.sizeBytes, 0);
  return {
    ...core,
    entryPoints: parseEntryPoints(texts.get('entry_points.txt') ?? ''),
    modules: modulesOf({
      topLevel: texts.get('top_level.txt'),
      recorded: files.map(({ path }) => path),
      name: core.name,
    }),
    files,
    installedBytes: sum(directory.files),
    sourceBytes: sum(directory.files.filter(({ path }) => path.endsWith('.py'))),
    wheelBytes: directory.wheelBytes,
  };
}

/** `x-1.0.data/purelib/pkg/a.py` → `pkg/a.py`; undefined for scripts, headers and data, which go elsewhere. */
function sitePath(path: string): string | undefined {
  const [, kind, rest] = /^[^/]+\.data\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (kind === undefined) return path;
  return kind === 'purelib' || kind === 'platlib' ? rest : undefined;
}

const localHeaderBytes = 30;
/** Local extra fields may be longer than those of the directory. */
const slackBytes = 1024;
const atOnceBytes = 4_000_000;

/** The texts of a few members by their base names; they lie side by side as a rule, so that one request does. */
async function readMembers(
  source: RangeSource,
  members: readonly WheelFile[],
): Promise<ReadonlyMap<string, string>> {
  const endOf = (file: WheelFile): number =>
    Math.min(
      source.sizeBytes,
      file.headerOffset + localHeaderBytes + Buffer.byteLength(file.path) + slackBytes + file.compressedBytes,
    );
  const start = Math.min(...members.map(({ headerOffset }) => headerOffset));
  const end = Math.max(...members.map(endOf));
  const isClose = members.length > 0 && end - start <= atOnceBytes;
  const shared = isClose ? await source.readRange(start, end - start) : undefined;
  const texts = new Map<string, string>();
  for (const member of members) {
    const from = member.headerOffset;
    const bytes = shared?.subarray(from - start) ?? (await source.readRange(from, endOf(member) - from));
    texts.set(member.path.replace(/^.*\//, ''), unpack(bytes, member, source));
  }
  return texts;
}

// Local file header:  50 4b 03 04, …, lengths of name and extra field at 26 and 28, then the content
function unpack(bytes: Uint8Array, member: WheelFile, source: RangeSource): string {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = (why: string): UserError =>
    new UserError(`${source.name} is no whole wheel: ${member.path} ${why}`, { hint: 'Download it again.' });
  if (bytes.byteLength < localHeaderBytes || header.getUint32(0, true) !== 0x04034b50)
    throw broken('is not where the directory says');
  const at = localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
  const content = bytes.subarray(at, at + member.compressedBytes);
  if (content.byteLength !== member.compressedBytes) throw broken('ends too early');
  if (member.method === 0) return new TextDecoder().decode(content);
  if (member.method !== 8) throw broken(`is compressed by method ${member.method}`);
  try {
    return new TextDecoder().decode(inflateRawSync(content, { maxOutputLength: largestMetadata }));
  } catch (error) {
    throw new UserError(broken('cannot be unpacked').message, { hint: 'Download it again.', cause: error });
  }
}
