import { type JsonValue, literalValue } from './python-literals.ts';
import { argumentsOf, childrenOf, dottedName, type Node, stringValue } from './python-syntax.ts';

/** What the names of a module and its environment stand for. */
export interface EvaluationScope {
  /** Module-level names; undefined for one whose value is not known. */
  readonly names: Map<string, JsonValue | undefined>;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether a variable may be set to something that is not known. */
  readonly isOpen: (variable: string) => boolean;
}

/**
 * The value of an expression as settings modules have them, undefined where it is not known: literals, names, variables of the environment
 * (`os.environ`, `os.getenv`, django-environ's `env.list("X", default=[])`, decouple's `config("X", cast=Csv())`), `split`, comparisons,
 * conditions and sums of lists.
 */
export function evaluateExpression(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const value = literalValue(node);
  if (value !== undefined) return value;
  const inner = (part: Node | null | undefined): JsonValue | undefined =>
    part ? evaluateExpression(part, scope) : undefined;
  switch (node.type) {
    case 'identifier':
      return scope.names.get(node.text);
    case 'parenthesized_expression':
      return inner(childrenOf(node)[0]);
    case 'list':
    case 'tuple':
      return sequence(node, scope);
    case 'call':
      return callValue(node, scope);
    case 'subscript':
      return environmentItem(node, scope);
    case 'not_operator':
      return negated(inner(node.childForFieldName('argument')));
    case 'boolean_operator':
      return either(node, scope);
    case 'comparison_operator':
      return comparison(node, scope);
    case 'conditional_expression': {
      const [yes, condition, no] = childrenOf(node);
      const isTrue = truth(inner(condition));
      return isTrue === undefined ? undefined : inner(isTrue ? yes : no);
    }
    case 'binary_operator': {
      const [left, right] = [inner(node.childForFieldName('left')), inner(node.childForFieldName('right'))];
      if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
      return typeof left === 'string' && typeof right === 'string' ? left + right : undefined;
    }
    case 'list_comprehension':
      return comprehension(node, scope);
    default:
      return undefined;
  }
}

/** Whether Python takes a value for true; undefined for one that is not known. */
export function truth(value: JsonValue | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

function negated(value: JsonValue | undefined): boolean | undefined {
  const isTrue = truth(value);
  return isTrue === undefined ? undefined : !isTrue;
}

// ["a", *MORE, HOST]
function sequence(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const values: JsonValue[] = [];
  for (const child of childrenOf(node)) {
    const isSplat = child.type === 'list_splat';
    const part = isSplat ? childrenOf(child)[0] : child;
    const value = part && evaluateExpression(part, scope);
    if (value === undefined || (isSplat && !Array.isArray(value))) return undefined;
    values.push(...(isSplat && Array.isArray(value) ? value : [value]));
  }
  return values;
}

function either(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const [left, right] = [node.childForFieldName('left'), node.childForFieldName('right')];
  const first = left ? evaluateExpression(left, scope) : undefined;
  const isTrue = truth(first);
  if (isTrue === undefined) return undefined;
  const isDecided = node.childForFieldName('operator')?.text === 'or' ? isTrue : !isTrue;
  return isDecided ? first : right ? evaluateExpression(right, scope) : undefined;
}

function comparison(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const parts = childrenOf(node);
  const [left, right] = parts.map((part) => evaluateExpression(part, scope));
  const operator = node.children.find((child) => child?.isNamed === false)?.text;
  if (parts.length !== 2 || left === undefined || right === undefined) return undefined;
  if (operator === '==' || operator === '!=') return (left === right) === (operator === '==');
  if (operator !== 'in' && operator !== 'not in') return undefined;
  const isIn = Array.isArray(right) || typeof right === 'string' ? right.includes(String(left)) : undefined;
  return isIn === undefined ? undefined : isIn === (operator === 'in');
}

// [host.strip() for host in HOSTS.split(",") if host]
function comprehension(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const clause = childrenOf(node).find(({ type }) => type === 'for_in_clause');
  const name = clause?.childForFieldName('left')?.text ?? '';
  const right = clause?.childForFieldName('right');
  const values = right ? evaluateExpression(right, scope) : undefined;
  const body = node.childForFieldName('body')?.text ?? '';
  if (!Array.isArray(values) || ![name, `${name}.strip()`, `str(${name})`].includes(body)) return undefined;
  return values.map((one) => String(one).trim()).filter((one) => one !== '');
}

// os.environ["HOSTS"]
function environmentItem(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const key = node.childForFieldName('subscript');
  const name = key ? stringValue(key)?.text : undefined;
  const owner = dottedName(node.childForFieldName('value')) ?? '';
  return name !== undefined && /(^|\.)environ$/.test(owner) ? scope.environment[name] : undefined;
}

function callValue(node: Node, scope: EvaluationScope): JsonValue | undefined {
  const callee = node.childForFieldName('function');
  const { positional } = argumentsOf(node);
  if (callee?.type === 'attribute') {
    const method = callee.childForFieldName('attribute')?.text ?? '';
    const object = callee.childForFieldName('object');
    if (/^(split|strip|lower|upper)$/.test(method))
      return textMethod(object ? evaluateExpression(object, scope) : undefined, method, positional[0]);
  }
  const name = dottedName(callee ?? null) ?? '';
  const [first] = positional;
  if (/^(bool|str|list|tuple)$/.test(name) && first) {
    const value = evaluateExpression(first, scope);
    return name === 'bool' ? truth(value) : value;
  }
  return environmentCall(node, name, scope);
}

function textMethod(
  text: JsonValue | undefined,
  method: string,
  argument: Node | undefined,
): JsonValue | undefined {
  if (typeof text !== 'string') return undefined;
  if (method === 'lower') return text.toLowerCase();
  if (method === 'upper') return text.toUpperCase();
  if (method === 'strip') return text.trim();
  const separator = argument === undefined ? undefined : stringValue(argument)?.text;
  if (argument !== undefined && separator === undefined) return undefined;
  return separator === undefined ? text.split(/\s+/).filter((one) => one !== '') : text.split(separator);
}

/** `os.environ.get("A", "b")`, `os.getenv("A")`, `env("A", default="b")`, `env.list("A")`, `config("A", default="b", cast=Csv())`. */
function environmentCall(node: Node, callee: string, scope: EvaluationScope): JsonValue | undefined {
  const isPlain = /(^|\.)(environ\.get|getenv)$/.test(callee);
  const reader = /^(?:\w+\.)?(?:env|config)(?:\.(\w+))?$/i.exec(callee);
  if (!isPlain && reader === null) return undefined;
  const { positional, keywords } = argumentsOf(node);
  const name = positional[0] === undefined ? undefined : stringValue(positional[0])?.text;
  if (name === undefined || scope.isOpen(name)) return undefined;
  const written = scope.environment[name];
  const fallback = keywords.get('default') ?? (isPlain ? positional[1] : undefined);
  if (written === undefined) {
    if (fallback !== undefined) return cast(evaluateExpression(fallback, scope), kindOf(reader, keywords));
    return isPlain ? null : undefined;
  }
  return cast(written, isPlain ? 'text' : kindOf(reader, keywords));
}

type Kind = 'text' | 'list' | 'bool' | 'unknown';

function kindOf(reader: RegExpExecArray | null, keywords: ReadonlyMap<string, Node>): Kind {
  const method = reader?.[1] ?? keywords.get('cast')?.text.replace(/\(.*$/s, '') ?? 'str';
  if (/^(list|tuple|Csv)$/.test(method)) return 'list';
  if (method === 'bool') return 'bool';
  return /^(str|get_value|text)$/.test(method) ? 'text' : 'unknown';
}

function cast(value: JsonValue | undefined, kind: Kind): JsonValue | undefined {
  if (typeof value !== 'string' || kind === 'text') return value;
  if (kind === 'list')
    return value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  return kind === 'bool' ? /^(true|1|yes|y|on|ok|t)$/i.test(value.trim()) : undefined;
}
