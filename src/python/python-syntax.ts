import { fileURLToPath } from 'node:url';
import type { Node, Parser } from 'web-tree-sitter';

export type { Node } from 'web-tree-sitter';

let parser: Promise<Parser> | undefined;

async function loadParser(): Promise<Parser> {
  // Loaded when Python is parsed for the first time: most commands read none.
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init();
  const grammar = fileURLToPath(import.meta.resolve('tree-sitter-python/tree-sitter-python.wasm'));
  const loaded = new Parser();
  loaded.setLanguage(await Language.load(grammar));
  return loaded;
}

/**
 * Parses Python and hands the root node to `visit`; the tree is released afterwards, so nothing of it may be kept.
 * The grammar recovers from errors: `root.hasError` tells that parts were not understood.
 */
export async function withPythonSyntax<T>(text: string, visit: (root: Node) => T): Promise<T> {
  parser ??= loadParser();
  const tree = (await parser).parse(text);
  if (!tree) throw new Error('the Python grammar is not loaded');
  try {
    return visit(tree.rootNode);
  } finally {
    tree.delete();
  }
}

/** The named children; absent ones (after a syntax error) are left out. */
export function childrenOf(node: Node): readonly Node[] {
  return node.namedChildren.filter((child) => child !== null && child.type !== 'comment');
}

/** Every node below and including `node`, parents first. */
export function* nodesBelow(node: Node): IterableIterator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesBelow(child);
}

/** 1-based line of a node. */
export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

/**
 * The value of a string literal: implicit concatenation joined, escapes decoded, an interpolation of an f-string
 * as `*` and `hasHoles`; undefined for bytes and for everything else.
 */
export function stringValue(node: Node): { readonly text: string; readonly hasHoles: boolean } | undefined {
  if (node.type === 'parenthesized_expression') {
    const [inner] = childrenOf(node);
    return inner && stringValue(inner);
  }
  if (node.type === 'concatenated_string') {
    const parts = childrenOf(node).map(stringValue);
    if (parts.includes(undefined)) return undefined;
    return {
      text: parts.map((part) => part?.text).join(''),
      hasHoles: parts.some((part) => part?.hasHoles === true),
    };
  }
  if (node.type !== 'string') return undefined;
  const prefix =
    node
      .child(0)
      ?.text.replace(/["']+$/, '')
      .toLowerCase() ?? '';
  if (prefix.includes('b')) return undefined;
  const parts = childrenOf(node)
    .filter((child) => child.type === 'string_content' || child.type === 'interpolation')
    .map((child) => (child.type === 'interpolation' ? '*' : decodeEscapes(child.text, prefix)));
  return { text: parts.join(''), hasHoles: node.descendantsOfType('interpolation').length > 0 };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

function decodeEscapes(text: string, prefix: string): string {
  const unescaped = prefix.includes('r')
    ? text
    : text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[ntr\\'"\n])/g, (_, code: string) =>
        /^[xu]./.test(code)
          ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
          : (escapes[code] ?? code),
      );
  return prefix.includes('f') ? unescaped.replaceAll('{{', '{').replaceAll('}}', '}') : unescaped;
}

/** The dotted name of `a.b.c` or `a`, or undefined for any other expression. */
export function dottedName(node: Node | null): string | undefined {
  if (node === null) return undefined;
  if (node.type === 'identifier') return node.text;
  if (node.type !== 'attribute') return undefined;
  const object = dottedName(node.childForFieldName('object'));
  const attribute = node.childForFieldName('attribute')?.text;
  return object !== undefined && attribute !== undefined ? `${object}.${attribute}` : undefined;
}

/** A call's arguments: positional ones in order, keyword ones by name. Splats are left out. */
export interface CallArguments {
  readonly positional: readonly Node[];
  readonly keywords: ReadonlyMap<string, Node>;
}

/** The arguments of a call node (or of a class definition's bases). */
export function argumentsOf(call: Node): CallArguments {
  const list = call.childForFieldName('arguments') ?? call.childForFieldName('superclasses');
  const positional: Node[] = [];
  const keywords = new Map<string, Node>();
  for (const child of list ? childrenOf(list) : []) {
    if (child.type === 'keyword_argument') {
      const name = child.childForFieldName('name')?.text;
      const value = child.childForFieldName('value');
      if (name !== undefined && value) keywords.set(name, value);
    } else if (child.type !== 'list_splat' && child.type !== 'dictionary_splat') positional.push(child);
  }
  return { positional, keywords };
}
