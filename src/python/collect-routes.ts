import { portExpression, type WebListen } from './port-expression.ts';
import { literalValue } from './python-literals.ts';
import {
  argumentsOf,
  childrenOf,
  dottedName,
  lineOf,
  type Node,
  nodesBelow,
  stringValue,
} from './python-syntax.ts';
import { readHandler } from './web-handlers.ts';
import { type DataClass, isModel } from './web-models.ts';
import type { WebRoute } from './web-route.ts';
import type { FoundApp, FoundInclude } from './web-routers.ts';

/** A route before the prefixes of its owner are known. */
export interface RawRoute extends Omit<WebRoute, 'path'> {
  readonly owner: string;
  readonly ownPath: string;
}

/** What the files of a project declare. */
export interface Collected {
  readonly apps: Map<string, FoundApp>;
  readonly includes: FoundInclude[];
  readonly routes: RawRoute[];
  readonly listens: WebListen[];
  /** Where each FastAPI application publishes its schema. */
  readonly schemas: { app: string; path: string }[];
}

/** The file that is read, and what its names stand for. */
export interface FileContext {
  readonly file: string;
  /** Local name → the object it stands for: `file#name`. */
  readonly names: ReadonlyMap<string, string>;
  readonly classes: ReadonlyMap<string, DataClass>;
}

/** Collects applications, routers, includes, routes and ports below `root`. */
export function collectRoutes(root: Node, context: FileContext, into: Collected): void {
  for (const node of nodesBelow(root)) {
    if (node.type === 'assignment') readApp(node, context, into);
    else if (node.type === 'call') readCall(node, context, into);
    else if (node.type === 'decorated_definition') readDecorated(node, context, into);
  }
}

const constructors: Readonly<Record<string, WebRoute['framework']>> = {
  FastAPI: 'fastapi',
  APIRouter: 'fastapi',
  Starlette: 'starlette',
  Router: 'starlette',
  Flask: 'flask',
  Blueprint: 'flask',
};

// app = FastAPI(openapi_url=None)    router = APIRouter(prefix="/v1")    bp = Blueprint("api", __name__, url_prefix="/api")
function readApp(node: Node, context: FileContext, into: Collected): void {
  const name = node.childForFieldName('left')?.text;
  const call = node.childForFieldName('right');
  if (name === undefined || call?.type !== 'call') return;
  const className = dottedName(call.childForFieldName('function'))?.split('.').at(-1) ?? '';
  const framework = constructors[className];
  if (!framework) return;
  const { keywords } = argumentsOf(call);
  const prefix = text(keywords.get('prefix')) ?? text(keywords.get('url_prefix')) ?? '';
  const key = `${context.file}#${name}`;
  into.apps.set(key, { framework, prefix, isRoot: !/Router|Blueprint/.test(className) });
  if (className === 'FastAPI') {
    const url = keywords.get('openapi_url');
    const path = url ? text(url) : '/openapi.json';
    if (path !== undefined) into.schemas.push({ app: key, path });
  }
  const routes = keywords.get('routes');
  if (routes) readRouteList(routes, key, { context, into, prefix: '' });
}

// Starlette(routes=[Route("/x", endpoint=f, methods=["POST"]), Mount("/v1", routes=[…])])
function readRouteList(
  list: Node,
  owner: string,
  place: { readonly context: FileContext; readonly into: Collected; readonly prefix: string },
): void {
  for (const call of childrenOf(list)) {
    if (call.type !== 'call') continue;
    const kind = dottedName(call.childForFieldName('function'))?.split('.').at(-1);
    const { positional, keywords } = argumentsOf(call);
    const path = text(positional[0] ?? keywords.get('path')) ?? '';
    const nested = keywords.get('routes');
    if (kind === 'Mount' && nested) readRouteList(nested, owner, { ...place, prefix: place.prefix + path });
    if (kind !== 'Route' && kind !== 'APIRoute') continue;
    const handler = (positional[1] ?? keywords.get('endpoint'))?.text ?? '';
    place.into.routes.push({
      ...emptyHandler,
      owner,
      ownPath: place.prefix + path,
      methods: methodsOf(keywords.get('methods'), ['GET']),
      handler,
      file: place.context.file,
      line: lineOf(call),
    });
  }
}

const emptyHandler: Pick<RawRoute, 'framework' | 'parameters' | 'body' | 'bodyKind'> = {
  framework: 'starlette',
  parameters: [],
  body: [],
  bodyKind: 'none',
};

function readCall(node: Node, context: FileContext, into: Collected): void {
  const callee = dottedName(node.childForFieldName('function'));
  if (callee === undefined) return;
  const method = callee.split('.').at(-1) ?? '';
  const owner = ownerOf(callee, context);
  const { positional, keywords } = argumentsOf(node);
  const [first] = positional;
  if (method === 'include_router' || method === 'register_blueprint') {
    const child = first ? resolveName(dottedName(first) ?? '', context) : undefined;
    const prefix = text(keywords.get('prefix')) ?? text(keywords.get('url_prefix'));
    if (owner && child)
      into.includes.push({ parent: owner, child, prefix, isReplacing: method === 'register_blueprint' });
  } else if (method === 'mount') {
    const app = positional[1] ?? keywords.get('app');
    const child = app ? resolveName(dottedName(app) ?? '', context) : undefined;
    if (owner && child)
      into.includes.push({
        parent: owner,
        child,
        prefix: text(first ?? keywords.get('path')),
        isReplacing: false,
      });
  } else if (/^(add_api_route|add_route|add_url_rule)$/.test(method) && owner) {
    const path = text(first ?? keywords.get('path'));
    const handler = dottedName(
      keywords.get('view_func') ?? keywords.get('endpoint') ?? positional.at(-1) ?? null,
    );
    const definition = handler === undefined ? undefined : functionNamed(node, handler);
    if (path !== undefined)
      into.routes.push(
        rawRoute(
          { owner, path, node, handler: handler ?? '', methods: methodsOf(keywords.get('methods'), ['GET']) },
          definition,
          context,
        ),
      );
  } else if (method === 'run') {
    const port = portExpression(keywords.get('port'));
    if (port === undefined) return;
    // Without a host uvicorn listens on 127.0.0.1; `**settings` may hold one.
    const isUvicorn = callee === 'uvicorn.run' && !/\*\*/.test(node.text);
    const host = keywords.get('host');
    const said = host === undefined ? '127.0.0.1' : (text(host) ?? '*');
    into.listens.push({
      ...port,
      ...(isUvicorn ? { host: said } : {}),
      file: context.file,
      line: lineOf(node),
    });
  }
}

const verbs = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options']);

// @app.get("/x")    @router.api_route("/x", methods=["GET"])    @bp.route("/x", methods=["POST"])
function readDecorated(node: Node, context: FileContext, into: Collected): void {
  const definition = node.childForFieldName('definition');
  if (definition?.type !== 'function_definition') return;
  for (const decorator of childrenOf(node).filter((child) => child.type === 'decorator')) {
    const [call] = childrenOf(decorator);
    const callee = call?.type === 'call' ? dottedName(call.childForFieldName('function')) : undefined;
    if (!call || callee === undefined) continue;
    const verb = callee.split('.').at(-1) ?? '';
    const owner = ownerOf(callee, context);
    const { positional, keywords } = argumentsOf(call);
    const path = text(positional[0] ?? keywords.get('path') ?? keywords.get('rule'));
    if (!owner || path === undefined || !(verbs.has(verb) || verb === 'route' || verb === 'api_route'))
      continue;
    const methods = verbs.has(verb) ? [verb.toUpperCase()] : methodsOf(keywords.get('methods'), ['GET']);
    const handler = definition.childForFieldName('name')?.text ?? '';
    into.routes.push(rawRoute({ owner, path, node: definition, handler, methods }, definition, context));
  }
}

function rawRoute(
  found: {
    readonly owner: string;
    readonly path: string;
    readonly node: Node;
    readonly handler: string;
    readonly methods: readonly string[];
  },
  definition: Node | undefined,
  context: FileContext,
): RawRoute {
  const isBodyClass = (name: string): boolean => isModel(name, context.classes);
  const read = definition ? readHandler(definition, found.path, isBodyClass) : emptyHandler;
  return {
    ...emptyHandler,
    ...read,
    owner: found.owner,
    ownPath: found.path,
    methods: found.methods,
    handler: found.handler,
    file: context.file,
    line: lineOf(found.node),
  };
}

function functionNamed(node: Node, name: string): Node | undefined {
  const root = node.tree.rootNode;
  return root
    .descendantsOfType('function_definition')
    .flatMap((one) => (one?.childForFieldName('name')?.text === name ? [one] : []))[0];
}

function ownerOf(callee: string, context: FileContext): string | undefined {
  return resolveName(callee.slice(0, Math.max(0, callee.lastIndexOf('.'))), context);
}

// `predict.router` where `predict` is an imported module, or a name of this file.
function resolveName(dotted: string, context: FileContext): string | undefined {
  if (dotted === '') return undefined;
  const [first = '', ...rest] = dotted.split('.');
  const known = context.names.get(first);
  if (known === undefined) return rest.length === 0 ? `${context.file}#${first}` : undefined;
  return rest.length === 0 ? known : `${known.replace(/#$/, '')}#${rest.join('.')}`;
}

function methodsOf(node: Node | undefined, otherwise: readonly string[]): readonly string[] {
  const value = node ? literalValue(node) : undefined;
  return Array.isArray(value) ? value.map((one) => String(one).toUpperCase()) : otherwise;
}

function text(node: Node | undefined): string | undefined {
  const value = node && stringValue(node);
  return value && !value.hasHoles ? value.text : undefined;
}
