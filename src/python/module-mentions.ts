import { type ImportMargin, importMargin } from './import-guards.ts';

// What of a source file can name a module:
//   import a.b as c, d          from ..x import (y as z, w)        import_module("pkg.tests.data")
// Comments and the text of longer strings cannot.

/** The modules that a source file names, as absolute dotted names where it lies in a package. */
export interface ModuleMentions {
  /** What its import statements name: the module, and each name taken from it (`a`, `a.b` for `from a import b`). */
  readonly imports: ReadonlySet<string>;
  /** Strings that read like a module: `pkg.tests.data`; a relative one is made absolute. */
  readonly strings: ReadonlySet<string>;
  /** Those of `imports` that the file is prepared to do without, wherever it takes them. */
  readonly guarded: ReadonlySet<string>;
  /** Those of `imports` that are taken in functions only, apart from guarded ones. */
  readonly lazy: ReadonlySet<string>;
  /** Strings that are one of the words which `isWord` asks for. */
  readonly words: ReadonlySet<string>;
  /** What strings begin with, and what follows `|`, `&` or `;` in them: `git` of `"git log | head"`; empty unless asked for. */
  readonly programs: ReadonlySet<string>;
}

/** Where a file lies, and what is asked of it besides modules. */
export interface MentionOptions {
  /** The dotted name of the package that the file lies in, '' at the top; undefined where it is in no package: relative names then mean nothing. */
  readonly packageName?: string | undefined;
  /** True for an `__init__` file, whose strings without a dot may be its submodules (lazy loaders take such lists). */
  readonly isPackage?: boolean;
  /** Top-level modules and the like: a call such as `import_module("x")` with one of them counts as an import. */
  readonly isWord?: (text: string) => boolean;
  readonly withPrograms?: boolean;
}

const longestName = 200;
/**
 * Where a comment, a string or an import begins: that is with its line, behind a semicolon, or behind the colon of `try:`. The engine of regular
 * expressions passes by all else in half the time that a loop over the characters takes.
 */
const stops = /["'#]|(?:^|[\n;:])[ \t]*(import|from)(?=[ \t\\(.])/;
const dotted = /^\.*[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/**
 * Reads which modules a Python source (or stub) names. It needs no valid Python: a file that it loses its way in counts for
 * every dotted word in it, so that it errs towards naming too much.
 */
export function moduleMentions(text: string, options: MentionOptions): ModuleMentions {
  const found = newCollector(text, options);
  let isLost = false;
  const readString = (start: number): number => {
    const literal = stringAt(text, start);
    isLost ||= !literal.isWhole;
    found.addString(literal.value, { start, end: literal.end });
    return literal.end;
  };
  const readStatement = (keyword: string, end: number): number => {
    const statement = importAt(text, end, keyword === 'from');
    found.addImports(statement.names, end - keyword.length);
    return statement.end;
  };
  const stop = new RegExp(stops, 'g');
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    const { 0: mark, 1: keyword, index } = match;
    if (keyword !== undefined) stop.lastIndex = readStatement(keyword, stop.lastIndex);
    else stop.lastIndex = mark === '#' ? lineEnd(text, index) : readString(index);
  }
  if (isLost) for (const word of dottedWords(text)) found.addModule(word);
  return found.mentions();
}

/** Where a string stands, its quotes included. */
interface StringPlace {
  readonly start: number;
  readonly end: number;
}

interface Collector {
  addImports(names: readonly string[], start: number): void;
  addString(value: string, place: StringPlace): void;
  /** A text that may be a module; without a place it counts wherever it stands. */
  addModule(value: string, place?: StringPlace): void;
  mentions(): ModuleMentions;
}

function newCollector(text: string, options: MentionOptions): Collector {
  const { packageName, isPackage = false, isWord = () => false, withPrograms = false } = options;
  const [imports, strings, words, programs] = [newNames(), newNames(), newNames(), newNames()];
  const byMargin: Readonly<Record<ImportMargin, Set<string>>> = {
    guarded: newNames(),
    lazy: newNames(),
    none: newNames(),
  };
  const addImport = (name: string, margin: ImportMargin): void => {
    imports.add(name);
    byMargin[margin].add(name);
  };
  const addModule = (value: string, place?: StringPlace): void => {
    // Most strings: worth a look before anything else.
    if (!isPackage && !value.includes('.')) return;
    const [name = ''] = value.split(':', 1);
    if (name.length > longestName || !dotted.test(name)) return;
    const isRelative = !name.includes('.') && isPackage;
    const found = absoluteName(isRelative ? `.${name}` : name, packageName);
    if (found === undefined || !(isRelative || name.includes('.'))) return;
    if (place === undefined || !isLookedUp(text, place)) strings.add(found);
  };
  return {
    addModule,
    addImports(names, start) {
      const margin = names.length > 0 ? importMargin(text, start) : 'none';
      for (const name of names) {
        const known = absoluteName(name, packageName);
        if (known !== undefined) addImport(known, margin);
      }
    },
    addString(value, place) {
      addModule(value, place);
      if (withPrograms) for (const program of programsIn(value)) programs.add(program);
      if (!isWord(value)) return;
      words.add(value);
      if (importingCall.test(text.slice(Math.max(0, place.start - 60), place.start)))
        addImport(value, importMargin(text, place.start));
    },
    mentions() {
      const { guarded, lazy, none } = byMargin;
      const lazily = [...lazy].filter((name) => !none.has(name) && !strings.has(name));
      const dispensable = [...guarded].filter((name) => ![none, lazy, strings].some((one) => one.has(name)));
      return { imports, strings, words, programs, lazy: new Set(lazily), guarded: new Set(dispensable) };
    },
  };
}

function newNames(): Set<string> {
  return new Set();
}

// import_module("x"), __import__("x"), import_optional_dependency("x"); who asks whether it is there needs it not
const importingCall = /\b\w*import(?!error)\w*\s*\(\s*[rbuf]*$/i;

/** `"IPython" in sys.modules` and `sys.modules["IPython"]` ask for what somebody else has imported. */
function isLookedUp(text: string, { start, end }: StringPlace): boolean {
  return (
    /^\s*(?:not\s+)?in\s+(?:sys\.)?modules\b/.test(text.slice(end, end + 60)) ||
    /\bmodules\s*(?:\[|\.get\()\s*$/.test(text.slice(Math.max(0, start - 30), start))
  );
}

const programPlace =
  /(?:^|[|&;\n])\s*(?:\w+=\S*\s+|(?:sudo|exec|env|nohup|time)\s+)*(?:[\w.+-]*\/)*([\w][\w.+-]*)(?=[\s|&;]|$)/g;

function* programsIn(value: string): Generator<string> {
  for (const match of value.matchAll(programPlace)) yield match[1] ?? '';
}

/** `..x` in the package `a.b` is `a.x`; undefined where the dots lead out of everything that is known. */
function absoluteName(name: string, packageName: string | undefined): string | undefined {
  const level = /^\.*/.exec(name)?.[0].length ?? 0;
  if (level === 0) return name;
  if (packageName === undefined) return undefined;
  const steps = packageName === '' ? [] : packageName.split('.');
  if (level - 1 > steps.length) return undefined;
  const base = steps.slice(0, steps.length - (level - 1));
  return [...base, ...(name.length > level ? [name.slice(level)] : [])].join('.');
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

interface StringLiteral {
  readonly value: string;
  /** Behind its closing quote. */
  readonly end: number;
  /** False where its line or the file ends before: quotes inside of an f-string lead here (PEP 701). */
  readonly isWhole: boolean;
}

function stringAt(text: string, start: number): StringLiteral {
  const quote = text.charAt(start);
  const isTriple = text.charAt(start + 1) === quote && text.charAt(start + 2) === quote;
  const closing = isTriple ? quote + quote + quote : quote;
  const from = start + closing.length;
  for (let at = text.indexOf(closing, from); at !== -1; at = text.indexOf(closing, at + 1)) {
    if (isEscaped(text, at, from)) continue;
    const value = text.slice(from, Math.min(at, from + longestName + 1));
    // A line that ends inside, without a backslash before its end, ends no string.
    if (!isTriple && breaksLine(text, from, at)) break;
    return { value, end: at + closing.length, isWhole: true };
  }
  const end = isTriple ? text.length : lineEnd(text, from);
  return { value: '', end, isWhole: false };
}

function isEscaped(text: string, at: number, from: number): boolean {
  let count = 0;
  while (at - count - 1 >= from && text.charCodeAt(at - count - 1) === 0x5c) count += 1;
  return count % 2 === 1;
}

function breaksLine(text: string, from: number, to: number): boolean {
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    const before = text.charCodeAt(at - 1) === 0x0d ? at - 1 : at;
    if (!isEscaped(text, before, from)) return true;
  }
  return false;
}

function dottedWords(text: string): Iterable<string> {
  return text.match(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+/g) ?? [];
}

interface ImportStatement {
  readonly names: readonly string[];
  readonly end: number;
}

const fromClause =
  /[ \t\\\r\n]*((?:\.[ \t]*)*[^\s.,;#()'"\\]*(?:[ \t]*\.[ \t]*[^\s.,;#()'"\\]+)*)[ \t\\\r\n]+import\b[ \t\\\r\n]*/y;
const bareFrom = /[ \t\\\r\n]*((?:\.[ \t]*)+)import\b[ \t\\\r\n]*/y;

/** Reads on behind `from` or `import`. */
function importAt(text: string, start: number, isFrom: boolean): ImportStatement {
  if (!isFrom) {
    const list = readNames(text, start);
    return { names: list.names, end: list.end };
  }
  const clause = matchAt(bareFrom, text, start) ?? matchAt(fromClause, text, start);
  if (clause === undefined) return { names: [], end: start };
  const module = clause.group.replace(/\s+/g, '');
  if (module === '') return { names: [], end: start };
  const list = readNames(text, clause.end);
  const prefix = module.endsWith('.') ? module : `${module}.`;
  const taken = list.names.filter((name) => name !== '*').map((name) => `${prefix}${name}`);
  return { names: [module, ...taken], end: list.end };
}

function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly group: string; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? undefined : { group: match[1] ?? '', end: pattern.lastIndex };
}

/** `a.b as c, d` to the end of the line, or in brackets over several lines, comments left out. */
function readNames(text: string, start: number): ImportStatement {
  const isBracketed = text.charAt(start) === '(';
  let end = start;
  if (isBracketed) {
    end = closingBracket(text, start);
  } else {
    end = lineEnd(text, start);
    while (end < text.length && /\\\r?$/.test(text.slice(Math.max(start, end - 2), end)))
      end = lineEnd(text, end + 1);
  }
  const list = text
    .slice(isBracketed ? start + 1 : start, end)
    .replace(/#[^\n]*/g, ' ')
    .replace(/\\\r?\n/g, ' ');
  const [statement = ''] = list.split(';', 1);
  const names = statement.split(',').flatMap((part) => {
    const name = /^\s*([^\s]+(?:\s*\.\s*[^\s.]+)*?)(?:\s+as\s+\S+)?\s*$/.exec(part)?.[1]?.replace(/\s+/g, '');
    return name === undefined ? [] : [name];
  });
  // A second statement on the line is looked at by itself.
  return { names, end: isBracketed ? end : start + statement.length };
}

/** Where the bracket that opens at `start` closes, comments passed by; names of imports hold no brackets. */
function closingBracket(text: string, start: number): number {
  const mark = /[#)]/g;
  mark.lastIndex = start;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match[0] === ')') return match.index;
    mark.lastIndex = lineEnd(text, match.index);
  }
  return text.length;
}
