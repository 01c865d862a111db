import { literalValue, readType, type TypeShape } from './python-literals.ts';
import { argumentsOf, childrenOf, dottedName, type Node, nodesBelow, stringValue } from './python-syntax.ts';
import { type FieldFacts, fieldFacts } from './web-models.ts';
import type { BodyParameter, RouteParameter } from './web-route.ts';

/** What a handler takes from a request. */
export interface HandlerFacts {
  readonly parameters: readonly RouteParameter[];
  readonly body: readonly BodyParameter[];
  readonly bodyKind: 'none' | 'json' | 'form';
}

interface HandlerParameter {
  readonly name: string;
  readonly type: Node | undefined;
  readonly value: Node | undefined;
}

/**
 * Reads what a handler takes: the signature as FastAPI understands it (path names, models as body, simple types as
 * query), and what a Flask handler asks of `request`.
 */
export function readHandler(
  definition: Node,
  path: string,
  isBodyClass: (name: string) => boolean,
): HandlerFacts {
  const parameters = [...pathParameters(path)];
  const body: BodyParameter[] = [];
  let isForm = false;
  for (const parameter of signatureOf(definition)) {
    const read = readParameter(parameter, path, isBodyClass);
    if (read === 'form') isForm = true;
    else if (read?.place === 'body') body.push(read);
    else if (read?.place === 'path' && parameter.type) replace(parameters, read);
    else if (read?.place === 'query') parameters.push(read);
  }
  const flask = flaskFacts(definition);
  const all = [...body, ...flask.body];
  return {
    parameters: [...parameters, ...flask.parameters],
    body: all,
    bodyKind: isForm || flask.isForm ? 'form' : all.length > 0 ? 'json' : 'none',
  };
}

function replace(parameters: RouteParameter[], read: RouteParameter): void {
  const at = parameters.findIndex((one) => one.name === read.name);
  if (at !== -1) parameters[at] = read;
}

const converters: Readonly<Record<string, TypeShape>> = {
  int: { kind: 'integer' },
  float: { kind: 'number' },
  uuid: { kind: 'literal', value: '00000000-0000-4000-8000-000000000000' },
};

// /items/{id}    /items/{id:int}    /items/<int:id>
function pathParameters(path: string): RouteParameter[] {
  return [...path.matchAll(/\{(\w+)(?::(\w+))?\}|<(?:(\w+):)?(\w+)>/g)].map((match) => ({
    name: match[1] ?? match[4] ?? '',
    place: 'path',
    shape: converters[match[2] ?? match[3] ?? ''] ?? { kind: 'string' },
    isRequired: true,
    limits: { maxLength: 7 },
  }));
}

function signatureOf(definition: Node): readonly HandlerParameter[] {
  const list = definition.childForFieldName('parameters');
  return (list ? childrenOf(list) : []).flatMap((node) => {
    const type = node.childForFieldName('type') ?? undefined;
    const value = node.childForFieldName('value') ?? undefined;
    const name =
      node.type === 'identifier' ? node.text : (node.childForFieldName('name') ?? childrenOf(node)[0])?.text;
    const isNamed = /^(identifier|typed_parameter|default_parameter|typed_default_parameter)$/.test(
      node.type,
    );
    return isNamed && name !== undefined && name !== 'self' ? [{ name, type, value }] : [];
  });
}

const injected =
  /^(Request|Response|WebSocket|BackgroundTasks|HTTPConnection|SecurityScopes|Session|AsyncSession)$/;

type ReadParameter = RouteParameter | (BodyParameter & { readonly place: 'body' }) | 'form' | undefined;

function readParameter(
  parameter: HandlerParameter,
  path: string,
  isBodyClass: (name: string) => boolean,
): ReadParameter {
  const type = parameter.type ? readType(parameter.type) : undefined;
  const calls = [...(type?.annotations ?? []), ...(parameter.value ? [parameter.value] : [])].filter(
    (node) => node.type === 'call',
  );
  const functions = calls.map(
    (call) => dottedName(call.childForFieldName('function'))?.split('.').at(-1) ?? '',
  );
  const has = (...names: readonly string[]): boolean => functions.some((name) => names.includes(name));
  if (has('Depends', 'Security', 'Header', 'Cookie')) return undefined;
  const typeText = parameter.type?.text ?? '';
  if (has('File', 'Form') || /\bUploadFile\b/.test(typeText)) return 'form';
  if (injected.test(typeText.replace(/^.*\./, ''))) return undefined;
  const facts = calls.map(fieldFacts);
  const shape: TypeShape = type?.shape ?? { kind: 'string' };
  const shared = { name: parameter.name, shape, ...merged(parameter, facts, type?.isOptional === true) };
  const inPath = new RegExp(`\\{${parameter.name}(:[^}]*)?\\}|<(\\w+:)?${parameter.name}>`).test(path);
  if (inPath) return { ...shared, place: 'path', isRequired: true };
  const isClass = shape.kind === 'class' && isBodyClass(shape.name);
  const isListOfClass = shape.kind === 'list' && shape.of.kind === 'class';
  if (has('Body') || isClass || isListOfClass || shape.kind === 'map') {
    const isEmbedded = calls.some((call) => argumentsOf(call).keywords.get('embed')?.text === 'True');
    return { ...shared, place: 'body', isEmbedded };
  }
  // FastAPI takes an unmarked list from the body, a marked one from the query.
  if (shape.kind === 'list' && !has('Query')) return { ...shared, place: 'body', isEmbedded: false };
  return { ...shared, place: 'query' };
}

function merged(
  parameter: HandlerParameter,
  facts: readonly FieldFacts[],
  isOptional: boolean,
): Pick<RouteParameter, 'isRequired' | 'defaultValue' | 'example' | 'limits'> {
  const plain =
    parameter.value && parameter.value.type !== 'call' ? literalValue(parameter.value) : undefined;
  const defaultValue = facts.find((one) => one.defaultValue !== undefined)?.defaultValue ?? plain;
  const example = facts.find((one) => one.example !== undefined)?.example;
  const hasDefault =
    facts.some((one) => one.hasDefault) ||
    (parameter.value !== undefined && parameter.value.type !== 'call' && parameter.value.type !== 'ellipsis');
  return {
    isRequired: !hasDefault,
    ...(defaultValue === undefined
      ? isOptional && hasDefault
        ? { defaultValue: null }
        : {}
      : { defaultValue }),
    ...(example === undefined ? {} : { example }),
    limits: Object.assign({}, ...facts.map((one) => one.limits)),
  };
}

// request.args.get("q", "x", type=int)    data = request.get_json()    data["text"]    request.json["text"]
function flaskFacts(definition: Node): {
  readonly parameters: readonly RouteParameter[];
  readonly body: readonly BodyParameter[];
  readonly isForm: boolean;
} {
  const text = definition.text;
  if (!/\brequest\b/.test(text)) return { parameters: [], body: [], isForm: false };
  const parameters = new Map<string, RouteParameter>();
  const keys = new Set<string>();
  const jsonNames = new Set(['request.json', 'request.get_json']);
  for (const node of nodesBelow(definition)) {
    if (
      node.type === 'assignment' &&
      /\brequest\.(get_json\(|json\b)/.test(node.childForFieldName('right')?.text ?? '')
    ) {
      const left = node.childForFieldName('left')?.text;
      if (left !== undefined && /^\w+$/.test(left)) jsonNames.add(left);
    }
    const query = queryOf(node);
    if (query) parameters.set(query.name, query);
    const key = jsonKey(node, jsonNames);
    if (key !== undefined) keys.add(key);
  }
  const body = [...keys].map(
    (name): BodyParameter => ({
      name,
      shape: { kind: 'any' },
      isRequired: true,
      limits: {},
      isEmbedded: true,
    }),
  );
  return { parameters: [...parameters.values()], body, isForm: /\brequest\.(files|form)\b/.test(text) };
}

function queryOf(node: Node): RouteParameter | undefined {
  if (
    node.type !== 'call' ||
    !/request\.(args|query_params)\.get$/.test(node.childForFieldName('function')?.text ?? '')
  )
    return undefined;
  const { positional, keywords } = argumentsOf(node);
  const name = positional[0] && stringValue(positional[0])?.text;
  if (name === undefined) return undefined;
  const type = keywords.get('type');
  const fallback = positional[1] ?? keywords.get('default');
  const defaultValue = fallback ? literalValue(fallback) : undefined;
  return {
    name,
    place: 'query',
    shape: type ? readType(type).shape : { kind: 'string' },
    isRequired: fallback === undefined,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    limits: {},
  };
}

function jsonKey(node: Node, names: ReadonlySet<string>): string | undefined {
  const isJson = (text: string): boolean => names.has(text.replace(/\(.*\)$/s, ''));
  if (node.type === 'subscript' && isJson(node.childForFieldName('value')?.text ?? '')) {
    const key = node.childForFieldName('subscript');
    return key ? stringValue(key)?.text : undefined;
  }
  const callee = node.type === 'call' ? node.childForFieldName('function') : null;
  if (callee?.type !== 'attribute' || callee.childForFieldName('attribute')?.text !== 'get') return undefined;
  if (!isJson(callee.childForFieldName('object')?.text ?? '')) return undefined;
  const [first] = argumentsOf(node).positional;
  return first && stringValue(first)?.text;
}
