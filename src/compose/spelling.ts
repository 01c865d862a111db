import { Document, visit } from 'yaml';

/** How a compose file is written. */
export interface Spelling {
  /** Spaces of one step. */
  readonly indent: 2 | 4;
  /** Whether lists are indented below their key. */
  readonly isListIndented: boolean;
  /** `[ a ]` instead of `[a]`. */
  readonly isPadded: boolean;
  readonly lineEnd: '\n' | '\r\n';
  /** JSON, which is YAML too: it stays JSON. */
  readonly isJson: boolean;
}

/** How a text is written, by the first place that shows it. */
export function spellingOf(text: string): Spelling {
  const list = /^( *)[\w"'.-]+:[ \t]*(?:[#&][^\n]*)?\r?\n(?:[ \t]*#[^\n]*\r?\n)*( *)- /m.exec(text);
  // The step of the services is the one that counts.
  const first = /^services:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)\S/m.exec(text);
  return {
    indent: (first ?? /^( +)[^\s#]/m.exec(text))?.[1]?.length === 4 ? 4 : 2,
    isListIndented: list === null || (list[2] ?? '').length > (list[1] ?? '').length,
    isPadded: /[[{] +[^\s\]}]/.test(text),
    lineEnd: text.includes('\r\n') ? '\r\n' : '\n',
    isJson: isJson(text),
  };
}

function isJson(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Text that is quoted although it needs no quotes: `"8000:8000"`, which YAML 1.1 would read as a number of base 60 for some ports. */
export interface QuotedText {
  readonly quoted: string;
}

/** A list that is written on one line, its items in quotes where one of them is more than a word: `[gpu]`, `["CMD", "ls -l"]`. */
export interface FlowList {
  readonly flow: readonly string[];
}

/** A value as it is to be written. */
export type Written =
  | string
  | number
  | null
  | QuotedText
  | FlowList
  | readonly Written[]
  | { readonly [key: string]: Written };

/** The plain value behind what is to be written. */
export function plainValue(value: Written): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (isQuoted(value)) return value.quoted;
  if (isFlow(value)) return [...value.flow];
  if (Array.isArray(value)) return value.map(plainValue);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainValue(one)]));
}

/** `key: value` as lines of a block, without indentation and without the last line end. */
export function blockLines(key: string, value: Written, spelling: Spelling): readonly string[] {
  return printed({ [key]: value }, spelling).split('\n');
}

/** An item of a list in a block: `- value`. */
export function itemLines(value: Written, spelling: Spelling): readonly string[] {
  return printed([value], spelling).split('\n');
}

/** A value on one line, as it stands between the brackets of a list or map. */
export function inlineText(value: Written, spelling: Spelling): string {
  return spelling.isJson ? JSON.stringify(plainValue(value)) : printed(value, spelling, true);
}

/** A key and its value on one line. */
export function inlinePair(key: string, value: Written, spelling: Spelling): string {
  return `${spelling.isJson ? JSON.stringify(key) : key}: ${inlineText(value, spelling)}`;
}

function printed(value: Written, spelling: Spelling, isInline = false): string {
  const document = new Document(plainValue(value));
  const flows = flowsIn(value);
  const quoted = quotedIn(value);
  visit(document, {
    Seq(_, node) {
      if (isInline || flows.has(JSON.stringify(node.toJSON()))) node.flow = true;
    },
    Map(_, node) {
      if (isInline) node.flow = true;
    },
    Scalar(key, node) {
      if (key !== 'key' && typeof node.value === 'string' && quoted.has(node.value))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({
    lineWidth: 0,
    nullStr: '',
    indent: spelling.indent,
    indentSeq: spelling.isListIndented,
    flowCollectionPadding: spelling.isPadded,
  });
  return isInline ? text.trim().replace(/\s*\n\s*/g, ' ') : text.replace(/\n$/, '');
}

function flowsIn(value: Written): ReadonlySet<string> {
  return new Set(partsOf(value).flatMap((one) => (isFlow(one) ? [JSON.stringify(one.flow)] : [])));
}

function quotedIn(value: Written): ReadonlySet<string> {
  return new Set(
    partsOf(value).flatMap((one) =>
      isQuoted(one) ? [one.quoted] : isFlow(one) && !one.flow.every(isWord) ? one.flow : [],
    ),
  );
}

function partsOf(value: Written): readonly Written[] {
  if (value === null || typeof value !== 'object' || isQuoted(value) || isFlow(value)) return [value];
  return [value, ...Object.values(value).flatMap((one: Written) => partsOf(one))];
}

function isWord(text: string): boolean {
  return /^[\w.-]+$/.test(text);
}

function isQuoted(value: Written): value is QuotedText {
  return value !== null && typeof value === 'object' && 'quoted' in value;
}

function isFlow(value: Written): value is FlowList {
  return value !== null && typeof value === 'object' && 'flow' in value;
}
