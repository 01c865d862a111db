import { Document, isMap, isSeq, parseDocument, Scalar, type YAMLMap } from 'yaml';

/** What the compose file should say about the service. */
export interface ComposeFacts {
  readonly serviceName: string;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly ports: readonly number[];
  readonly healthPath: string | undefined;
  /** Libraries that download models at run time (`transformers`), or none. */
  readonly modelLibraries: readonly string[];
  /** Stage to build, when the Dockerfile names one. */
  readonly buildTarget: string | undefined;
  /** Path of the Dockerfile in the context, when it is not `Dockerfile`. */
  readonly dockerfile: string | undefined;
}

/** Whether there is anything to say: a batch job without ports and models gets no new file. */
export function isComposeWorthwhile(existing: string | undefined, facts: ComposeFacts): boolean {
  return existing !== undefined || facts.ports.length + facts.modelLibraries.length > 0;
}

/** Where the volume for models is mounted. */
export const modelsPath = '/models';

/**
 * The compose file with platform, port, model-cache volume and health check: `existing` patched with its comments kept,
 * or a new one. What the file says already is never changed.
 */
export function composeFile(existing: string | undefined, facts: ComposeFacts): string {
  const document = existing === undefined ? newDocument(facts) : parseDocument(existing);
  const service = document.getIn(['services', facts.serviceName]);
  if (!isMap(service)) return existing ?? String(document);
  addMissing(document, service, 'platform', facts.platform);
  if (facts.ports.length > 0) addMissing(document, service, 'ports', facts.ports.map(publishedPort));
  if (facts.modelLibraries.length > 0) addModelVolume(document, service, facts);
  const port = facts.ports[0];
  if (port !== undefined && facts.healthPath !== undefined) {
    addHealthcheck(document, service, `http://127.0.0.1:${port}${facts.healthPath}`);
  }
  return document.toString({ lineWidth: 0, nullStr: '', ...spellingOf(existing ?? '') });
}

/** Quoted, because YAML 1.1 reads a port below 60 as a number of base 60: `22:22`. */
function publishedPort(port: number): Scalar<string> {
  const scalar = new Scalar(`${port}:${port}`);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** How the file is written: `[a]` or `[ a ]`, lists indented below their key or not, steps of 2 or 4. */
function spellingOf(text: string): { flowCollectionPadding: boolean; indentSeq: boolean; indent: number } {
  const list = /^( *)[\w"'.-]+:[ \t]*(?:#.*)?\r?\n(?:[ \t]*#.*\r?\n)*( *)- /m.exec(text);
  return {
    flowCollectionPadding: /[[{] +[^\s\]}]/.test(text),
    indentSeq: list === null || (list[2] ?? '').length > (list[1] ?? '').length,
    indent: /^ +(?=\S)/m.exec(text)?.[0].length === 4 ? 4 : 2,
  };
}

function newDocument(facts: ComposeFacts): Document {
  const build = {
    context: '.',
    ...(facts.dockerfile === undefined ? {} : { dockerfile: facts.dockerfile }),
    ...(facts.buildTarget === undefined ? {} : { target: facts.buildTarget }),
  };
  return new Document({
    services: { [facts.serviceName]: { build: Object.keys(build).length === 1 ? '.' : build } },
  });
}

function addMissing(document: Document, service: YAMLMap, key: string, value: unknown): void {
  if (!service.has(key)) service.set(key, document.createNode(value));
}

/** Models stay out of the image and out of the container: they survive an update and are downloaded once. */
function addModelVolume(document: Document, service: YAMLMap, facts: ComposeFacts): void {
  const text = String(service);
  if (/HF_HOME|TRANSFORMERS_CACHE|\.cache\/huggingface/.test(text)) return;
  const name = 'model-cache';
  const environment = service.get('environment', true);
  if (environment === undefined || environment === null)
    service.set('environment', document.createNode({ HF_HOME: modelsPath }));
  else if (isMap(environment)) environment.set('HF_HOME', modelsPath);
  else if ('items' in Object(environment))
    document.addIn(['services', facts.serviceName, 'environment'], `HF_HOME=${modelsPath}`);
  if (service.has('volumes'))
    document.addIn(['services', facts.serviceName, 'volumes'], `${name}:${modelsPath}`);
  else service.set('volumes', document.createNode([`${name}:${modelsPath}`]));
  if (!document.has('volumes')) document.set('volumes', document.createNode({ [name]: null }));
  else if (!document.hasIn(['volumes', name])) document.setIn(['volumes', name], null);
}

/** Python is in the image, curl is not. Model loading takes its time: a long start period. */
function addHealthcheck(document: Document, service: YAMLMap, url: string): void {
  if (service.has('healthcheck')) return;
  const check = document.createNode({
    test: ['CMD', 'python', '-c', `import urllib.request as u; u.urlopen('${url}', timeout=4)`],
    interval: '30s',
    timeout: '5s',
    start_period: '120s',
    retries: 3,
  });
  const test = check.get('test');
  if (isSeq(test)) test.flow = true;
  service.set('healthcheck', check);
}
