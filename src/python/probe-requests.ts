import type { JsonValue, Limits, TypeShape } from './python-literals.ts';
import type { DataClass } from './web-models.ts';
import { allFields } from './web-models.ts';
import type { WebRoute } from './web-route.ts';
import type { WebRoutes } from './web-routes.ts';

/** A request that is safe to send to a service to see whether it still answers alike. */
export interface ProbeRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Path parameters filled in: `/items/1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly jsonBody?: JsonValue;
}

// What a service computes without keeping anything; a POST to any other route may write.
const predictLike =
  /(^|[/_-])(predict(ions?|or)?|infer(ence)?|invocations|score|scoring|classify|classification|embed(dings?)?|encode|generate|generation|health|healthz|ping|rank|rerank|detect|similarity|sentiment|analy[sz]e|recommend(ations?)?|forecast|estimate|summari[sz]e|translate|transcribe|segment|complet(e|ions)|tokenize)([/_-]|$)/i;
const destructive =
  /(^|[/_-])(delete|remove|drop|reset|shutdown|restart|stop|kill|logout|purge|clear|unsubscribe)([/_-]|$)/i;

/**
 * The requests worth sending to both images: every GET and HEAD, and POST where the path names a prediction;
 * never PUT, PATCH or DELETE, and no path that names something destructive. Health first, then in path order.
 */
export function probeRequests(found: WebRoutes): readonly ProbeRequest[] {
  const requests = found.routes.flatMap((route) => requestsTo(route, found.classes));
  if (found.openapiPath !== undefined) requests.push({ method: 'GET', path: found.openapiPath });
  const rank = (request: ProbeRequest): number =>
    /health|ping|ready|live/i.test(request.path) ? 0 : request.method === 'POST' ? 2 : 1;
  const unique = new Map(requests.map((request) => [JSON.stringify(request), request]));
  return [...unique.values()].sort(
    (a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

function requestsTo(route: WebRoute, classes: ReadonlyMap<string, DataClass>): ProbeRequest[] {
  if (destructive.test(route.path) || route.bodyKind === 'form') return [];
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = route.parameters.find((one) => one.place === 'path' && one.name === name);
    return encodeURIComponent(String(parameter ? sampleOf(parameter, classes) : 'example'));
  });
  const query = Object.fromEntries(
    route.parameters
      .filter((one) => one.place === 'query' && (one.isRequired || one.example !== undefined))
      .map((one) => [one.name, textOf(sampleOf(one, classes))]),
  );
  const shared = { path, ...(Object.keys(query).length > 0 ? { query } : {}) };
  const requests: ProbeRequest[] = [];
  if (route.methods.includes('GET')) requests.push({ method: 'GET', ...shared });
  else if (route.methods.includes('HEAD')) requests.push({ method: 'HEAD', ...shared });
  if (route.methods.includes('POST') && predictLike.test(route.path)) {
    const jsonBody = bodyOf(route, classes);
    requests.push({ method: 'POST', ...shared, ...(jsonBody === undefined ? {} : { jsonBody }) });
  }
  return requests;
}

function bodyOf(route: WebRoute, classes: ReadonlyMap<string, DataClass>): JsonValue | undefined {
  const [first] = route.body;
  if (!first) return undefined;
  // FastAPI embeds several body parameters by name, and a single one not at all.
  if (route.body.length === 1 && !first.isEmbedded) return sampleOf(first, classes);
  return Object.fromEntries(route.body.map((one) => [one.name, sampleOf(one, classes)]));
}

function textOf(value: JsonValue): string {
  return typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? textOf(value[0] ?? '')
      : JSON.stringify(value);
}

interface Sampled {
  readonly name: string;
  readonly shape: TypeShape;
  readonly limits: Limits;
  readonly defaultValue?: JsonValue;
  readonly example?: JsonValue;
}

function sampleOf(wanted: Sampled, classes: ReadonlyMap<string, DataClass>, depth = 0): JsonValue {
  if (wanted.example !== undefined) return wanted.example;
  if (wanted.defaultValue !== undefined && wanted.defaultValue !== null) return wanted.defaultValue;
  if (wanted.defaultValue === null && depth > 3) return null;
  return sampleOfShape(wanted.shape, { name: wanted.name, limits: wanted.limits, classes, depth });
}

interface SampleContext {
  readonly name: string;
  readonly limits: Limits;
  readonly classes: ReadonlyMap<string, DataClass>;
  readonly depth: number;
}

function sampleOfShape(shape: TypeShape, context: SampleContext): JsonValue {
  const inner = { ...context, limits: {}, depth: context.depth + 1 };
  switch (shape.kind) {
    case 'integer':
      return Math.round(within(1, context.limits));
    case 'number':
      return within(1, context.limits);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return sampleText(context.limits);
    case 'literal':
      return shape.value;
    case 'list': {
      const length = Math.max(1, shape.minLength, context.limits.minLength ?? 0);
      return Array.from({ length }, () => sampleOfShape(shape.of, inner));
    }
    case 'map':
      return shape.of.kind === 'any' ? {} : { key: sampleOfShape(shape.of, inner) };
    case 'class':
      return sampleOfClass(shape.name, context);
    default:
      return sampleByName(context.name);
  }
}

function sampleOfClass(name: string, context: SampleContext): JsonValue {
  const found = context.classes.get(name);
  if (found?.enumValue !== undefined) return found.enumValue;
  if (found?.example !== undefined) return found.example;
  // A model that holds itself ends here; its optional fields allow null.
  if (!found || context.depth > 5) return null;
  const fields = allFields(name, context.classes).filter(
    (field) => field.isRequired || field.example !== undefined,
  );
  return Object.fromEntries(
    fields.map((field) => [field.name, sampleOf(field, context.classes, context.depth + 1)]),
  );
}

function within(value: number, limits: Limits): number {
  return Math.min(Math.max(value, limits.minimum ?? value), limits.maximum ?? Number.POSITIVE_INFINITY);
}

function sampleText(limits: Limits): string {
  const text = 'A short example.'.padEnd(limits.minLength ?? 0, ' more');
  return limits.maxLength === undefined ? text : text.slice(0, limits.maxLength);
}

// Where no type is written, as in Flask, the field's name is all there is.
function sampleByName(name: string): JsonValue {
  if (/text|sentence|prompt|query|question|message|name|title|comment|review|input_str/i.test(name))
    return 'A short example.';
  if (/^(texts|sentences|documents|inputs)$/i.test(name)) return ['A short example.'];
  if (/^(features|values|data|instances|x|vector|array|row)$/i.test(name)) return [1, 1, 1, 1];
  return 1;
}
