import { argumentsOf, childrenOf, dottedName, type Node, stringValue } from './python-syntax.ts';

/** A value that JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** The value of a constant expression (numbers, strings, True, None, lists, tuples, dicts), or undefined for all else. */
export function literalValue(node: Node): JsonValue | undefined {
  switch (node.type) {
    case 'integer':
      return numberOf(node.text.replace(/_/g, ''));
    case 'float':
      return numberOf(node.text.replace(/_/g, ''));
    case 'true':
      return true;
    case 'false':
      return false;
    case 'none':
      return null;
    case 'string':
    case 'concatenated_string': {
      const value = stringValue(node);
      return value && !value.hasHoles ? value.text : undefined;
    }
    case 'unary_operator': {
      const value = node.namedChild(0) ? literalValue(node.namedChild(0) ?? node) : undefined;
      return typeof value === 'number' && node.text.startsWith('-') ? -value : undefined;
    }
    case 'parenthesized_expression': {
      const [inner] = childrenOf(node);
      return inner && literalValue(inner);
    }
    case 'list':
    case 'tuple':
      return listValue(node);
    case 'dictionary':
      return dictionaryValue(node);
    default:
      return undefined;
  }
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function listValue(node: Node): JsonValue | undefined {
  const values = childrenOf(node).map(literalValue);
  return values.every((value) => value !== undefined) ? values : undefined;
}

function dictionaryValue(node: Node): JsonValue | undefined {
  const entries: [string, JsonValue][] = [];
  for (const pair of childrenOf(node)) {
    const [key, value] = [pair.childForFieldName('key'), pair.childForFieldName('value')];
    const name = key && literalValue(key);
    const read = value ? literalValue(value) : undefined;
    if (typeof name !== 'string' || read === undefined) return undefined;
    entries.push([name, read]);
  }
  return Object.fromEntries(entries);
}

/** Limits of a value, as pydantic's `Field(ge=0, max_length=8)` states them. */
export interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** What a type annotation says of a value, as far as a sample needs it. */
export type TypeShape =
  | { readonly kind: 'integer' | 'number' | 'string' | 'boolean' | 'null' | 'any' }
  | { readonly kind: 'list'; readonly of: TypeShape; readonly minLength: number }
  | { readonly kind: 'map'; readonly of: TypeShape }
  | { readonly kind: 'literal'; readonly value: JsonValue }
  /** A class of the project: a model or an enumeration, to be looked up by its name. */
  | { readonly kind: 'class'; readonly name: string };

/** A type with what `Annotated[…]` adds. */
export interface TypeReading {
  readonly shape: TypeShape;
  readonly isOptional: boolean;
  /** Calls inside `Annotated[int, Query(ge=1)]`. */
  readonly annotations: readonly Node[];
}

const simple: Readonly<Record<string, TypeShape>> = {
  int: { kind: 'integer' },
  float: { kind: 'number' },
  Decimal: { kind: 'number' },
  complex: { kind: 'number' },
  str: { kind: 'string' },
  bytes: { kind: 'string' },
  bool: { kind: 'boolean' },
  None: { kind: 'null' },
  Any: { kind: 'any' },
  object: { kind: 'any' },
  dict: { kind: 'map', of: { kind: 'any' } },
  Dict: { kind: 'map', of: { kind: 'any' } },
  list: { kind: 'list', of: { kind: 'any' }, minLength: 0 },
  List: { kind: 'list', of: { kind: 'any' }, minLength: 0 },
  PositiveInt: { kind: 'integer' },
  NonNegativeInt: { kind: 'integer' },
  StrictInt: { kind: 'integer' },
  PositiveFloat: { kind: 'number' },
  NonNegativeFloat: { kind: 'number' },
  StrictFloat: { kind: 'number' },
  StrictStr: { kind: 'string' },
  StrictBool: { kind: 'boolean' },
  UUID: { kind: 'literal', value: '00000000-0000-4000-8000-000000000000' },
  UUID4: { kind: 'literal', value: '00000000-0000-4000-8000-000000000000' },
  datetime: { kind: 'literal', value: '2024-01-15T12:00:00' },
  date: { kind: 'literal', value: '2024-01-15' },
  time: { kind: 'literal', value: '12:00:00' },
  EmailStr: { kind: 'literal', value: 'someone@example.com' },
  HttpUrl: { kind: 'literal', value: 'https://example.com/' },
  AnyUrl: { kind: 'literal', value: 'https://example.com/' },
};

/** Reads a type annotation: `Optional[list[float]]`, `int | None`, `Annotated[str, Query(max_length=5)]`, `Literal["a"]`. */
export function readType(node: Node): TypeReading {
  const bare = node.type === 'type' ? (childrenOf(node)[0] ?? node) : node;
  const only = (shape: TypeShape): TypeReading => ({ shape, isOptional: false, annotations: [] });
  if (bare.type === 'none') return only({ kind: 'null' });
  if (bare.type === 'string') return only(shapeOfName(stringValue(bare)?.text ?? ''));
  if (bare.type === 'call') return only(shapeOfConstrained(bare));
  if (bare.type === 'binary_operator' || bare.type === 'union_type') {
    return unionOf(childrenOf(bare).map(readType));
  }
  const generic = genericParts(bare);
  return generic ? readGeneric(generic.name, generic.parameters) : only(shapeOfName(dottedName(bare) ?? ''));
}

function shapeOfName(dotted: string): TypeShape {
  const name = dotted.slice(dotted.lastIndexOf('.') + 1);
  return simple[name] ?? (/^[A-Z]\w*$/.test(name) ? { kind: 'class', name } : { kind: 'any' });
}

// `generic_type` is how the grammar reads `list[int]` in an annotation, `subscript` everywhere else.
function genericParts(
  node: Node,
): { readonly name: string; readonly parameters: readonly Node[] } | undefined {
  const lastName = (text: string): string => text.slice(text.lastIndexOf('.') + 1);
  if (node.type === 'generic_type') {
    const [name, list] = childrenOf(node);
    return name && list ? { name: lastName(name.text), parameters: childrenOf(list) } : undefined;
  }
  if (node.type !== 'subscript') return undefined;
  const value = node.childForFieldName('value');
  const parameters = node.childrenForFieldName('subscript').flatMap((child) => (child ? [child] : []));
  return value ? { name: lastName(value.text), parameters } : undefined;
}

function readGeneric(name: string, parameters: readonly Node[]): TypeReading {
  const inner = parameters.map((parameter) => (name === 'Literal' ? undefined : readType(parameter)));
  const first = inner[0] ?? { shape: { kind: 'any' as const }, isOptional: false, annotations: [] };
  const only = (shape: TypeShape): TypeReading => ({ shape, isOptional: false, annotations: [] });
  if (name === 'Optional') return { ...first, isOptional: true };
  if (name === 'Union') return unionOf(inner.flatMap((one) => one ?? []));
  if (name === 'Annotated') return { ...first, annotations: parameters.slice(1).map(unwrap) };
  if (/^(List|list|Sequence|Iterable|Set|set|FrozenSet|frozenset|Collection)$/.test(name)) {
    return only({ kind: 'list', of: first.shape, minLength: 0 });
  }
  if (/^(Tuple|tuple)$/.test(name))
    return only({ kind: 'list', of: first.shape, minLength: parameters.length });
  if (/^(Dict|dict|Mapping|DefaultDict|OrderedDict)$/.test(name)) {
    return only({ kind: 'map', of: inner[1]?.shape ?? { kind: 'any' } });
  }
  if (name === 'Literal') {
    const [parameter] = parameters;
    const value = parameter ? literalValue(unwrap(parameter)) : undefined;
    return only(value === undefined ? { kind: 'any' } : { kind: 'literal', value });
  }
  return only({ kind: 'any' });
}

function unwrap(node: Node): Node {
  return node.type === 'type' ? (childrenOf(node)[0] ?? node) : node;
}

function unionOf(members: readonly TypeReading[]): TypeReading {
  const real = members.filter((member) => member.shape.kind !== 'null');
  const [first] = real;
  const isOptional = real.length < members.length || members.some((member) => member.isOptional);
  return {
    shape: first?.shape ?? { kind: 'null' },
    isOptional,
    annotations: first?.annotations ?? [],
  };
}

// conlist(float, min_length=4), constr(min_length=1), conint(ge=0), confloat(gt=0)
function shapeOfConstrained(call: Node): TypeShape {
  const name = dottedName(call.childForFieldName('function')) ?? '';
  const { positional } = argumentsOf(call);
  const [first] = positional;
  if (/conlist$/.test(name)) {
    const limits = limitsOf(call);
    return {
      kind: 'list',
      of: first ? readType(first).shape : { kind: 'any' },
      minLength: limits.minLength ?? 0,
    };
  }
  if (/conint$/.test(name)) return { kind: 'integer' };
  if (/(confloat|condecimal)$/.test(name)) return { kind: 'number' };
  return /constr$/.test(name) ? { kind: 'string' } : { kind: 'any' };
}

/** The limits in a call's keywords: `Field(gt=0, le=1, min_length=2)`. */
export function limitsOf(call: Node): Limits {
  const { keywords } = argumentsOf(call);
  const number = (...names: readonly string[]): number | undefined => {
    for (const name of names) {
      const node = keywords.get(name);
      const value = node ? literalValue(node) : undefined;
      if (typeof value === 'number') return value;
    }
    return undefined;
  };
  const [minimum, above] = [number('ge'), number('gt')];
  const [maximum, below] = [number('le'), number('lt')];
  const [minLength, maxLength] = [number('min_length', 'min_items'), number('max_length', 'max_items')];
  const low = minimum ?? (above === undefined ? undefined : above + 1);
  const high = maximum ?? (below === undefined ? undefined : below - (below > 1 ? 1 : below / 2));
  return {
    ...(low === undefined
      ? {}
      : { minimum: high !== undefined && low > high && above !== undefined ? (above + high) / 2 : low }),
    ...(high === undefined ? {} : { maximum: high }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
  };
}
