import { isRecord } from '../base/index.ts';
import {
  type JsonValue,
  type Limits,
  limitsOf,
  literalValue,
  readType,
  type TypeShape,
} from './python-literals.ts';
import { argumentsOf, childrenOf, dottedName, type Node } from './python-syntax.ts';

/** A field of a request body. */
export interface BodyField {
  readonly name: string;
  readonly shape: TypeShape;
  readonly isRequired: boolean;
  readonly defaultValue?: JsonValue;
  readonly example?: JsonValue;
  readonly limits: Limits;
}

/** A class of the project that describes data: a pydantic model, a dataclass, or an enumeration. */
export interface DataClass {
  readonly name: string;
  readonly bases: readonly string[];
  readonly fields: readonly BodyField[];
  /** Of `json_schema_extra` or `schema_extra`. */
  readonly example?: JsonValue;
  /** An enumeration's first value. */
  readonly enumValue?: JsonValue;
}

/**
 * Reads a class with annotated fields, or undefined when it is none.
 *
 *     class Features(BaseModel):
 *         age: int = Field(..., ge=0, examples=[42])
 *         plan: str = "basic"
 */
export function readDataClass(node: Node): DataClass | undefined {
  const name = node.childForFieldName('name')?.text;
  const body = node.childForFieldName('body');
  if (name === undefined || !body) return undefined;
  const bases = argumentsOf(node).positional.map((base) => dottedName(base)?.split('.').at(-1) ?? '');
  const statements = childrenOf(body).flatMap((one) =>
    one.type === 'expression_statement' ? childrenOf(one) : [one],
  );
  if (bases.some((base) => /^(Enum|StrEnum|IntEnum)$/.test(base))) {
    const first = statements.find((one) => one.type === 'assignment')?.childForFieldName('right');
    const enumValue = first ? literalValue(first) : undefined;
    return { name, bases, fields: [], ...(enumValue === undefined ? {} : { enumValue }) };
  }
  const example = exampleOf(statements);
  const fields = statements.flatMap((one) => (one.type === 'assignment' ? readField(one) : []));
  return { name, bases, fields, ...(example === undefined ? {} : { example }) };
}

function readField(node: Node): BodyField[] {
  const left = node.childForFieldName('left');
  const type = node.childForFieldName('type');
  if (
    left?.type !== 'identifier' ||
    !type ||
    /^(model_config|ClassVar)/.test(left.text) ||
    /^ClassVar\b/.test(type.text)
  )
    return [];
  const { shape, isOptional, annotations } = readType(type);
  const right = node.childForFieldName('right');
  const calls = [...annotations, ...(right ? [right] : [])].filter((one) => one.type === 'call');
  const field = calls.map(fieldFacts);
  const plain = right && right.type !== 'call' ? literalValue(right) : undefined;
  const defaultValue = field.find((one) => one.defaultValue !== undefined)?.defaultValue ?? plain;
  const example = field.find((one) => one.example !== undefined)?.example;
  const hasDefault =
    field.some((one) => one.hasDefault) ||
    (right !== null && right.type !== 'call' && right.type !== 'ellipsis');
  return [
    {
      name: field.find((one) => one.alias !== undefined)?.alias ?? left.text,
      shape,
      // Pydantic 1 gives Optional fields the default None; a sample without them suits both versions only when it sends null.
      isRequired: !hasDefault,
      ...(defaultValue === undefined
        ? isOptional && !hasDefault
          ? { defaultValue: null }
          : {}
        : { defaultValue }),
      ...(example === undefined ? {} : { example }),
      limits: Object.assign({}, ...field.map((one) => one.limits)),
    },
  ];
}

/** What `Field(…)`, `Query(…)`, `Path(…)` or `Body(…)` say. */
export interface FieldFacts {
  readonly hasDefault: boolean;
  readonly defaultValue?: JsonValue;
  readonly example?: JsonValue;
  readonly alias?: string;
  readonly limits: Limits;
}

/** Reads the arguments of pydantic's `Field` or FastAPI's parameter functions. */
export function fieldFacts(call: Node): FieldFacts {
  const { positional, keywords } = argumentsOf(call);
  const first = positional[0] ?? keywords.get('default');
  const defaultValue = first && first.type !== 'ellipsis' ? literalValue(first) : undefined;
  const alias = keywords.get('alias') ? literalValue(keywords.get('alias') ?? call) : undefined;
  const example = exampleArgument(keywords);
  return {
    hasDefault: (first !== undefined && first.type !== 'ellipsis') || keywords.has('default_factory'),
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(example === undefined ? {} : { example }),
    ...(typeof alias === 'string' ? { alias } : {}),
    limits: limitsOf(call),
  };
}

function exampleArgument(keywords: ReadonlyMap<string, Node>): JsonValue | undefined {
  const [one, many, extra] = [
    keywords.get('example'),
    keywords.get('examples'),
    keywords.get('json_schema_extra'),
  ];
  const direct = one && literalValue(one);
  if (direct !== undefined) return direct;
  const list = many && literalValue(many);
  if (Array.isArray(list)) return list[0];
  return extra ? exampleIn(literalValue(extra)) : undefined;
}

// model_config = {"json_schema_extra": {"example": {…}}}, ConfigDict(json_schema_extra=…), class Config: schema_extra = …
function exampleOf(statements: readonly Node[]): JsonValue | undefined {
  for (const one of statements) {
    if (one.type === 'class_definition' && one.childForFieldName('name')?.text === 'Config') {
      const inner = one.childForFieldName('body');
      const assignments = inner ? childrenOf(inner).flatMap((child) => childrenOf(child)) : [];
      const extra = assignments.find((child) =>
        /schema_extra$/.test(child.childForFieldName('left')?.text ?? ''),
      );
      const right = extra?.childForFieldName('right');
      return right ? exampleIn(literalValue(right)) : undefined;
    }
    if (one.type === 'assignment' && one.childForFieldName('left')?.text === 'model_config') {
      const right = one.childForFieldName('right');
      const extra = right?.type === 'call' ? argumentsOf(right).keywords.get('json_schema_extra') : undefined;
      const value = extra
        ? literalValue(extra)
        : right
          ? member(literalValue(right), 'json_schema_extra')
          : undefined;
      return exampleIn(value);
    }
  }
  return undefined;
}

function exampleIn(value: JsonValue | undefined): JsonValue | undefined {
  const example = member(value, 'example');
  if (example !== undefined) return example;
  const examples = member(value, 'examples');
  return Array.isArray(examples) ? examples[0] : undefined;
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isRecord(value) ? value[key] : undefined;
}

/** A class's own and inherited fields, the nearest definition of a name winning. */
export function allFields(name: string, classes: ReadonlyMap<string, DataClass>): readonly BodyField[] {
  const seen = new Set<string>();
  const collect = (current: string): readonly BodyField[] => {
    const found = classes.get(current);
    if (!found || seen.has(current)) return [];
    seen.add(current);
    return [...found.bases.flatMap(collect), ...found.fields];
  };
  return [...new Map(collect(name).map((field) => [field.name, field])).values()];
}

/** Whether a class takes its data from a request body: a pydantic model, directly or through classes of the project. */
export function isModel(name: string, classes: ReadonlyMap<string, DataClass>): boolean {
  const seen = new Set<string>();
  const reaches = (current: string): boolean => {
    if (/^(BaseModel|RootModel|SQLModel|BaseSettings)$/.test(current)) return true;
    const found = classes.get(current);
    if (!found || seen.has(current)) return false;
    seen.add(current);
    return found.bases.some(reaches);
  };
  return reaches(name);
}
