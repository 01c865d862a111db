/** How a requirements file's bytes become text. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | 'latin1';

/** Text with what must be known to write it back. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncoding;
  readonly hasByteOrderMark: boolean;
  /** Set when bytes were not valid in that encoding. */
  readonly problem: string | undefined;
}

/**
 * Decodes as pip does (`auto_decode`): a byte order mark decides, then a `# -*- coding: latin-1 -*-` comment
 * in the first two lines, then UTF-8. Bytes that are no UTF-8 are read as Latin-1 and reported.
 */
export function decodeText(content: Uint8Array | string): DecodedText {
  if (typeof content === 'string') {
    const hasMark = content.startsWith('\uFEFF');
    return {
      text: hasMark ? content.slice(1) : content,
      encoding: 'utf-8',
      hasByteOrderMark: hasMark,
      problem: undefined,
    };
  }
  const marked = byMark(content);
  if (marked) return marked;
  const head = Buffer.from(content.subarray(0, 400)).toString('latin1').split(/\r?\n/).slice(0, 2);
  const coding = head.map((line) => /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1]).find(Boolean);
  if (coding !== undefined && /^(latin[-_]?1|iso[-_]?8859[-_]?1|cp1252)$/i.test(coding)) {
    return plain(Buffer.from(content).toString('latin1'), 'latin1');
  }
  try {
    return plain(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content), 'utf-8');
  } catch {
    const text = Buffer.from(content).toString('latin1');
    return { ...plain(text, 'latin1'), problem: 'not valid UTF-8 and names no encoding; read as Latin-1' };
  }
}

/** The bytes of `text` in that encoding, byte order mark included where asked for: the inverse of `decodeText`. */
export function encodeText(
  text: string,
  form: Pick<DecodedText, 'encoding' | 'hasByteOrderMark'>,
): Uint8Array {
  const whole = form.hasByteOrderMark ? `\uFEFF${text}` : text;
  if (form.encoding === 'utf-8') return Buffer.from(whole, 'utf8');
  if (form.encoding === 'latin1') return Buffer.from(whole, 'latin1');
  if (form.encoding === 'utf-16le') return Buffer.from(whole, 'utf16le');
  if (form.encoding === 'utf-16be') return Buffer.from(whole, 'utf16le').swap16();
  const points = [...whole].map((char) => char.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  for (const [position, point] of points.entries()) {
    if (form.encoding === 'utf-32le') bytes.writeUInt32LE(point, position * 4);
    else bytes.writeUInt32BE(point, position * 4);
  }
  return bytes;
}

function plain(text: string, encoding: TextEncoding): DecodedText {
  return { text, encoding, hasByteOrderMark: false, problem: undefined };
}

// UTF-32 before UTF-16: its little-endian mark begins with the other's.
const marks: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

function byMark(content: Uint8Array): DecodedText | undefined {
  const found = marks.find(([, mark]) => mark.every((byte, position) => content[position] === byte));
  if (!found) return undefined;
  const [encoding, mark] = found;
  const body = Buffer.from(content.subarray(mark.length));
  const text = decodeBody(body, encoding);
  const problem = text === undefined ? `not valid ${encoding}` : undefined;
  return { text: text ?? body.toString('latin1'), encoding, hasByteOrderMark: true, problem };
}

function decodeBody(body: Buffer, encoding: TextEncoding): string | undefined {
  if (encoding === 'utf-32le' || encoding === 'utf-32be') {
    const view = new DataView(body.buffer, body.byteOffset, body.length - (body.length % 4));
    const points = Array.from({ length: view.byteLength / 4 }, (_, at) =>
      view.getUint32(at * 4, encoding === 'utf-32le'),
    );
    return points.every((point) => point <= 0x10ffff)
      ? points.map((point) => String.fromCodePoint(point)).join('')
      : undefined;
  }
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
