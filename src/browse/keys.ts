/** One key press, or a paste. */
export interface Key {
  /** `up`, `ctrl-a`, `space`, `G`, `/`; `paste` for pasted text. */
  readonly name: string;
  /** What it writes into a line of input; absent for keys that only command. */
  readonly text?: string;
}

/** Keys found in a piece of a terminal's input, and the bytes that are not a whole key yet. */
export interface DecodedKeys {
  readonly keys: readonly Key[];
  readonly rest: Buffer;
}

// What terminals send (ECMA-48, xterm's "Control Sequences", the kitty keyboard protocol):
//   a  →  61        ctrl-a  →  01        alt-a  →  1b 61        up  →  1b [ A   or  1b O A
//   page up  →  1b [ 5 ~        ctrl-m, told from enter  →  1b [ 1 0 9 ; 5 u   or  1b [ 2 7 ; 5 ; 1 0 9 ~
//   a paste  →  1b [ 2 0 0 ~ … 1b [ 2 0 1 ~

const finalKeys: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Z: 'shift-tab',
};

const numberedKeys: Readonly<Record<string, string>> = {
  '1': 'home',
  '3': 'delete',
  '4': 'end',
  '5': 'pageup',
  '6': 'pagedown',
  '7': 'home',
  '8': 'end',
  '11': 'f1',
};

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/**
 * Takes a terminal's input apart. A sequence or a character that the chunk cuts in two stays in `rest`, to be put before the next
 * chunk; with `isFinal` nothing is waited for, so that a lone escape byte is the escape key.
 */
export function decodeKeys(input: Buffer, isFinal = false): DecodedKeys {
  const keys: Key[] = [];
  let at = 0;
  while (at < input.length) {
    const found = input[at] === 0x1b ? escapeSequence(input, at, isFinal) : character(input, at, isFinal);
    if (found === undefined) break;
    if (found.key !== undefined) keys.push(found.key);
    at = found.end;
  }
  return { keys, rest: input.subarray(at) };
}

interface FoundKey {
  /** Undefined for a sequence that means nothing here. */
  readonly key: Key | undefined;
  readonly end: number;
}

/** The key that begins at `at`; undefined when more bytes are needed. */
function escapeSequence(input: Buffer, at: number, isFinal: boolean): FoundKey | undefined {
  const escapeKey: FoundKey = { key: { name: 'escape' }, end: at + 1 };
  const second = input[at + 1];
  if (second === undefined) return isFinal ? escapeKey : undefined;
  if (second === 0x1b) return escapeKey;
  if (second === 0x4f) {
    const final = input[at + 2];
    if (final === undefined) return isFinal ? { key: undefined, end: input.length } : undefined;
    return { key: named(finalKeys[String.fromCharCode(final)]), end: at + 3 };
  }
  if (second !== 0x5b) {
    const plain = character(input, at + 1, isFinal);
    return plain && { key: plain.key && { name: `alt-${plain.key.name}` }, end: plain.end };
  }
  return controlSequence(input, at, isFinal);
}

function controlSequence(input: Buffer, at: number, isFinal: boolean): FoundKey | undefined {
  let end = at + 2;
  while (end < input.length && !isFinalByte(input[end] ?? 0)) end += 1;
  if (end >= input.length) return isFinal ? { key: undefined, end: input.length } : undefined;
  const sequence = input.toString('latin1', at, end + 1);
  if (sequence === pasteStart) return paste(input, end + 1, isFinal);
  return { key: sequenceKey(sequence.slice(2, -1), sequence.slice(-1)), end: end + 1 };
}

function isFinalByte(byte: number): boolean {
  return byte >= 0x40 && byte <= 0x7e;
}

function paste(input: Buffer, start: number, isFinal: boolean): FoundKey | undefined {
  const stop = input.indexOf(pasteEnd, start, 'latin1');
  if (stop === -1 && !isFinal) return undefined;
  const textEnd = stop === -1 ? input.length : stop;
  // A line of input has no place for line ends.
  const text = input.toString('utf8', start, textEnd).replace(/[\r\n]+/g, ' ');
  return { key: { name: 'paste', text }, end: stop === -1 ? input.length : stop + pasteEnd.length };
}

function sequenceKey(parameters: string, final: string): Key | undefined {
  const [first = '', second = '', third = ''] = parameters.split(';').map((one) => one.split(':')[0] ?? '');
  if (final === 'u') return codeKey(Number(first), Number(second || '1'));
  if (final === '~' && first === '27') return codeKey(Number(third), Number(second));
  const name = final === '~' ? numberedKeys[first] : finalKeys[final];
  return named(name === undefined ? undefined : withModifier(name, Number(second || '1')));
}

/** A key told by its Unicode code point, as terminals do that tell more keys apart. */
function codeKey(code: number, modifiers: number): Key | undefined {
  if (!(code > 0 && code <= 0x10ffff)) return undefined;
  const names: Readonly<Record<number, string>> = {
    9: 'tab',
    13: 'enter',
    27: 'escape',
    32: 'space',
    127: 'backspace',
  };
  const text = String.fromCodePoint(code);
  const name = withModifier(names[code] ?? text, modifiers);
  if (name === 'shift-space' || name === 'space') return { name: 'space', text: ' ' };
  return name === text ? { name, text } : { name };
}

function withModifier(name: string, modifiers: number): string {
  const bits = modifiers - 1;
  if ((bits & 4) !== 0) return `ctrl-${name}`;
  if ((bits & 2) !== 0) return `alt-${name}`;
  return (bits & 1) !== 0 && (name === 'tab' || name === 'space') ? `shift-${name}` : name;
}

function named(name: string | undefined): Key | undefined {
  return name === undefined ? undefined : { name };
}

const controlNames: Readonly<Record<number, string>> = {
  0: 'ctrl-space',
  8: 'backspace',
  9: 'tab',
  10: 'enter',
  13: 'enter',
  31: 'ctrl-/',
  127: 'backspace',
};

function character(input: Buffer, at: number, isFinal: boolean): FoundKey | undefined {
  const byte = input[at];
  if (byte === undefined) return isFinal ? { key: { name: 'escape' }, end: at } : undefined;
  if (byte < 32 || byte === 127) {
    const name = controlNames[byte] ?? `ctrl-${String.fromCharCode(byte + 96)}`;
    return { key: { name }, end: at + 1 };
  }
  if (byte === 32) return { key: { name: 'space', text: ' ' }, end: at + 1 };
  const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  if (at + length > input.length && !isFinal) return undefined;
  const text = input.toString('utf8', at, Math.min(at + length, input.length));
  return {
    key: text.includes('\ufffd') ? undefined : { name: text, text },
    end: Math.min(at + length, input.length),
  };
}
