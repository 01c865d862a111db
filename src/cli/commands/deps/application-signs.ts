import type { ApplicationSigns, SetVariable } from '../../../deps/index.ts';
import { type PythonFile, useSigns, windowCalls } from '../../../python/index.ts';

/** Where an application may tell what others load for it. */
export interface SignsInput {
  /** Its own Python. */
  readonly texts: readonly PythonFile[];
  /** Other texts of it that name modules and addresses: YAML, INI, `.env`. */
  readonly configTexts: readonly PythonFile[];
  /** Words of commands that start it. */
  readonly startWords: readonly { readonly word: string; readonly place: string }[];
  /** Variables of the environment that Dockerfile and compose file set. */
  readonly variables: readonly (SetVariable & { readonly name: string })[];
}

const known = useSigns();
/** With the dot before it, where it is a method's. */
const callPattern = new RegExp(
  `(?<!\\b(?:def|class)\\s+)(\\.\\s*)?\\b(${[...new Set([...known.calls, ...windowCalls()])].sort().join('|')})\\s*\\(`,
  'g',
);
const definition = /^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+([A-Za-z_]\w*)/gm;
const constant = /(["'])((?:(?!\1)[^\\\n]){1,300})\1/g;
const scheme = /(?:^|[^A-Za-z0-9+._-])([A-Za-z][A-Za-z0-9]*(?:\+[A-Za-z0-9_]+)?):\/\//g;
/** `a.b`, `a.b:c`; one name alone is mostly a plain word. */
const dotted = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?::[A-Za-z_]\w*)?$/;
/** A backend of Matplotlib: `module://ipympl.backend_nbagg`. */
const moduleAddress = /^module:\/\/([A-Za-z_]\w*)/;

/** Gathers what the knowledge of plug-ins asks for; the first place of each is kept. */
export function applicationSigns({
  texts,
  configTexts,
  startWords,
  variables,
}: SignsInput): ApplicationSigns & { readonly calls: ReadonlyMap<string, string> } {
  const found = new FoundSigns();
  for (const { path, text } of texts) {
    const defined = new Set([...text.matchAll(definition)].map(([, name]) => name));
    for (const [at, line] of text.split('\n').entries()) {
      const place = `${path}:${at + 1}`;
      if (/^\s*#/.test(line)) continue;
      // `plot(rng)` of the file's own `def plot` calls nobody else's.
      for (const [, dot, call = ''] of line.matchAll(callPattern))
        if (dot !== undefined || !defined.has(call)) found.calls.add(call, place);
      found.readSchemes(line, place);
      found.readAssignments(line, place);
      for (const [, , value = ''] of line.matchAll(constant)) found.readWord(value, place);
    }
    for (const { name, line } of installedApplications(text)) found.loads.add(name, `${path}:${line}`);
  }
  for (const { path, text } of configTexts) {
    for (const [at, line] of text.split('\n').entries()) {
      const place = `${path}:${at + 1}`;
      if (/^\s*[#;]/.test(line)) continue;
      found.readSchemes(line, place);
      found.readAssignments(line, place);
      for (const word of line.split(/[\s"',=[\]{}]+/)) found.readWord(word, place);
    }
  }
  for (const { word, place } of startWords) {
    found.readSchemes(word, place);
    found.readWord(word.replace(/^--?[\w-]+=/, ''), place);
  }
  for (const { name, value, place } of variables) {
    found.set(name, value, place);
    found.readSchemes(value, `${place} (${name})`);
    found.readWord(value, `${place} (${name})`);
  }
  return found.signs();
}

/** Name → the place where it was met first. */
class Places {
  readonly byName = new Map<string, string>();

  add(name: string, place: string): void {
    if (!this.byName.has(name)) this.byName.set(name, place);
  }
}

class FoundSigns {
  readonly calls = new Places();
  readonly loads = new Places();
  readonly #strings = new Places();
  readonly #schemes = new Places();
  readonly #settings = new Map<string, SetVariable[]>();

  readSchemes(text: string, place: string): void {
    for (const [, name = ''] of text.matchAll(scheme)) this.#schemes.add(name.toLowerCase(), place);
    // `URL.create("postgresql+psycopg2", …)`, `scheme="postgresql+asyncpg"`
    for (const [, , name = ''] of text.matchAll(/(["'])([a-z][a-z0-9]*\+[a-z0-9_]+)\1/g))
      this.#schemes.add(name, place);
  }

  readWord(text: string, place: string): void {
    const word = text.trim();
    const plain = word.toLowerCase();
    if (known.strings.has(plain)) this.#strings.add(plain, place);
    const name = dotted.exec(word)?.[1] ?? moduleAddress.exec(word)?.[1];
    if (name !== undefined) this.loads.add(name, place);
  }

  /** `os.environ["KERAS_BACKEND"] = "jax"`, `KERAS_BACKEND=jax` */
  readAssignments(line: string, place: string): void {
    const assignment = /\b([A-Z][A-Z0-9_]{3,})\b["']?\s*(?:\]\s*=|[,:=])\s*["']?([\w:/.+-]*)/g;
    for (const [, name = '', value = ''] of line.matchAll(assignment)) this.set(name, value, place);
  }

  set(name: string, value: string, place: string): void {
    if (known.settings.has(name))
      this.#settings.set(name, [...(this.#settings.get(name) ?? []), { value: value.toLowerCase(), place }]);
  }

  signs(): ApplicationSigns & { readonly calls: ReadonlyMap<string, string> } {
    return {
      calls: this.calls.byName,
      loads: this.loads.byName,
      strings: this.#strings.byName,
      schemes: this.#schemes.byName,
      settings: this.#settings,
    };
  }
}

// INSTALLED_APPS = ["rest_framework", "corsheaders"]        THIRD_PARTY_APPS += ("debug_toolbar",)
function* installedApplications(text: string): IterableIterator<{ name: string; line: number }> {
  const list = /^[ \t]*(?:INSTALLED_APPS|[A-Z_]+_APPS)[ \t]*(?::[^=\n]+)?\+?=[ \t]*[[(]([^\])]*)/gm;
  for (const match of text.matchAll(list)) {
    const start = match.index + match[0].length - (match[1]?.length ?? 0);
    const plain = (match[1] ?? '').replace(/#.*/g, (comment) => ' '.repeat(comment.length));
    for (const name of plain.matchAll(/["']([A-Za-z_][\w.]*)["']/g))
      yield {
        name: name[1] ?? '',
        line: text.slice(0, start + name.index).split('\n').length,
      };
  }
}
