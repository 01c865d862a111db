import { argumentsOf, childrenOf, dottedName, lineOf, type Node, stringValue } from './python-syntax.ts';
import { shellWords } from './requirements-options.ts';

/** A string constant that may name a file or folder. */
export interface PathString {
  /** `data/train.csv`; an f-string's hole is `*`: `data/*.csv`. */
  readonly text: string;
  readonly isPattern: boolean;
  readonly line: number;
}

/** A program that Python code starts. */
export interface CommandCall {
  /** `subprocess.run`, `os.system`, `shutil.which`. */
  readonly call: string;
  /** The program names: one for a list, one per link of a shell pipeline or chain. Unknown ones are left out. */
  readonly programs: readonly string[];
  /** Constant words; `*` where a word is computed. */
  readonly words: readonly string[];
  readonly line: number;
}

const pathCalls =
  /(^|\.)(Path|PurePath|PurePosixPath|PosixPath|open|join|joinpath|listdir|scandir|walk|glob|iglob|rglob|exists|isfile|isdir|load|StaticFiles|Jinja2Templates|with_name|FileResponse|send_file|send_from_directory)$/;
const fileName =
  /^[\w .@+*-]*\.(csv|tsv|json|jsonl|ya?ml|toml|ini|cfg|conf|txt|md|xml|html?|css|js|parquet|feather|arrow|avro|orc|h5|hdf5|npy|npz|pkl|pickle|joblib|dill|pt|pth|ckpt|bin|safetensors|onnx|pb|tflite|keras|gguf|ggml|model|spm|vocab|db|sqlite3?|duckdb|png|jpe?g|gif|bmp|webp|svg|tiff?|wav|mp3|flac|ogg|mp4|avi|mov|pdf|docx?|xlsx?|zip|tar|gz|bz2|xz|zst|7z|env|pem|key|crt|log|lock|sql|ipynb|py|sh)$/i;

/** Every string constant below `root` that may be a path, joined ones (`Path("data") / "x.csv"`) also as a whole. */
export function pathStrings(root: Node): PathString[] {
  const found = new Map<string, PathString>();
  const add = (text: string, isPattern: boolean, node: Node): void => {
    const key = `${lineOf(node)}:${text}`;
    if (!found.has(key)) found.set(key, { text, isPattern, line: lineOf(node) });
  };
  const visit = (node: Node, isPathPlace: boolean): void => {
    const value = stringValue(node);
    if (value) {
      if (isPathPlace ? isPossiblePath(value.text) : looksLikePath(value.text))
        add(value.text, value.hasHoles, node);
      return;
    }
    const joined = joinedPath(node);
    if (joined) add(joined.text, joined.isPattern, node);
    // A bare word such as "data" counts only where a path is expected.
    const isPath = isPathCall(node) || isPathDivision(node);
    const isArgumentPlace = node.type === 'argument_list' && isPathPlace;
    for (const child of childrenOf(node)) visit(child, isPath || (isArgumentPlace && child.type !== 'call'));
  };
  visit(root, false);
  return [...found.values()];
}

function isPathCall(node: Node): boolean {
  if (node.type !== 'call') return false;
  const callee = node.childForFieldName('function');
  const name = callee?.type === 'attribute' ? callee.childForFieldName('attribute')?.text : callee?.text;
  return name !== undefined && pathCalls.test(name) && !/^["']/.test(callee?.text ?? '');
}

function isPathDivision(node: Node): boolean {
  return node.type === 'binary_operator' && node.childForFieldName('operator')?.text === '/';
}

function isPossiblePath(text: string): boolean {
  return text !== '' && text.length < 200 && !/[\n\r\0]/.test(text) && !/^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

function looksLikePath(text: string): boolean {
  if (!isPossiblePath(text) || /[<>|"`{}();]/.test(text)) return false;
  if (fileName.test(text)) return true;
  return /^[^\s]*\/[^\s]*$/.test(text) && !/^\/+$/.test(text) && !/^[\w.+-]+\/[\w.+-]+;/.test(text);
}

// os.path.join(HERE, "data", "x.csv") and BASE / "data" / "x.csv": the constant tail.
function joinedPath(node: Node): { readonly text: string; readonly isPattern: boolean } | undefined {
  const parts = isPathDivision(node)
    ? divisionParts(node)
    : isPathCall(node) && /(join|joinpath|Path)$/.test(node.childForFieldName('function')?.text ?? '')
      ? argumentsOf(node).positional
      : [];
  const tail: string[] = [];
  let isPattern = false;
  for (const part of [...parts].reverse()) {
    const value = stringValue(part);
    if (!value) break;
    tail.unshift(value.text);
    isPattern ||= value.hasHoles;
  }
  return tail.length < 2 ? undefined : { text: tail.join('/').replace(/\/+/g, '/'), isPattern };
}

function divisionParts(node: Node): readonly Node[] {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (!left || !right) return [];
  const isPathOfOne = left.type === 'call' && isPathCall(left) && argumentsOf(left).positional.length === 1;
  const before = isPathDivision(left)
    ? divisionParts(left)
    : isPathOfOne
      ? argumentsOf(left).positional
      : [left];
  return [...before, right];
}

const listCalls =
  /^(subprocess\.)?(run|call|check_call|check_output|Popen|getoutput|getstatusoutput)$|^(asyncio\.)?create_subprocess_(exec|shell)$|^os\.(system|popen|exec[lv]p?e?|spawn[lv]p?e?)$|^(shutil\.)?which$/;

/** The program that a call starts (subprocess, os, asyncio, `shutil.which`), or undefined for any other call. */
export function commandCall(node: Node, callee: string): CommandCall | undefined {
  if (!listCalls.test(callee)) return undefined;
  const { positional, keywords } = argumentsOf(node);
  const first = positional[0] ?? keywords.get('args') ?? keywords.get('cmd');
  if (!first) return undefined;
  // A bare `run(…)` or `call(…)` counts only with a list of words: many functions have these names.
  if (!callee.includes('.') && first.type !== 'list') return undefined;
  const place = { call: callee, line: lineOf(node) };
  if (first.type === 'list' || first.type === 'tuple') {
    const words = childrenOf(first).map((word) => wordOf(word));
    return { ...place, words, programs: programOf(words) };
  }
  const text = stringValue(first)?.text;
  if (text === undefined) return undefined;
  if (/exec|spawn|which/.test(callee)) {
    const words = positional
      .filter((_, at) => at === 0 || !callee.includes('which'))
      .map((word) => wordOf(word));
    return { ...place, words, programs: programOf(words) };
  }
  const words = shellWords(text) ?? text.split(/\s+/);
  const programs = text.split(/\|\||&&|[|;&\n]/).flatMap((link) => programOf(shellWords(link.trim()) ?? []));
  return { ...place, words, programs };
}

function wordOf(node: Node): string {
  const value = stringValue(node);
  if (value) return value.text;
  return dottedName(node) === 'sys.executable' ? 'python' : '*';
}

function programOf(words: readonly string[]): string[] {
  const program = words.find((word) => !/^\w+=/.test(word));
  return program === undefined || program.includes('*') ? [] : [program];
}
