import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { UserError } from '../base/index.ts';
import type { GateText } from './gates.ts';

/** A parsed YAML file that knows where things stand. */
export interface YamlFile {
  readonly file: string;
  readonly document: Document;
  /** As plain values; null for an empty file. */
  readonly value: unknown;
  /** `.plimsoll.yaml:3`, the line of the key or the item at `path`, or of the nearest thing above that is there. */
  placeOf(path: readonly PropertyKey[]): string;
}

/** Parses YAML 1.2. Throws a `UserError` that names file and line. */
export function readYaml({ file, text }: GateText): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new UserError(`${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`, {
      hint: `Correct the YAML of ${file}.`,
    });
  }
  return {
    file,
    document,
    value: plainValue(document, file),
    placeOf: (path) => `${file}:${lines.linePos(offsetOf(document, path)).line}`,
  };
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new UserError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'A file of gates needs no aliases.',
      cause,
    });
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isMap(node) ? (node.range?.[0] ?? 0) : 0;
  for (const name of path) {
    if (isSeq(node)) {
      const item: unknown = node.items[Number(name)];
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
      continue;
    }
    if (!isMap(node)) break;
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
    if (pair === undefined) break;
    if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}
