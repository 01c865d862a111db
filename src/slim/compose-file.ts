import { Document, isMap, parseDocument, type YAMLMap } from 'yaml';

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

const modelsPath = '/models';

/**
 * The compose file with platform, port, model-cache volume and health check: `existing` patched with its comments kept,
 * or a new one. What the file says already is never changed.
 */
export function composeFile(existing: string | undefined, facts: ComposeFacts): string {
  const document = existing === undefined ? newDocument(facts) : parseDocument(existing);
  const service = document.getIn(['services', facts.serviceName]);
  if (!isMap(service)) return existing ?? String(document);
  addMissing(document, service, 'platform', facts.platform);
  if (facts.ports.length > 0)
    addMissing(
      document,
      service,
      'ports',
      facts.ports.map((port) => `${port}:${port}`),
    );
  if (facts.modelLibraries.length > 0) addModelVolume(document, service, facts);
  const port = facts.ports[0];
  if (port !== undefined && facts.healthPath !== undefined) {
    addMissing(document, service, 'healthcheck', healthcheck(`http://127.0.0.1:${port}${facts.healthPath}`));
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
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
function healthcheck(url: string): Record<string, unknown> {
  return {
    test: ['CMD', 'python', '-c', `import urllib.request as u; u.urlopen('${url}', timeout=4)`],
    interval: '30s',
    timeout: '5s',
    start_period: '120s',
    retries: 3,
  };
}
