import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseAllDocuments, visit, type YAMLMap } from 'yaml';
import type { Need, ResourceLimits } from '../../compose/index.ts';
import type { Project } from '../../project/index.ts';

interface ContainerLimits {
  readonly name: string;
  readonly place: string;
  readonly limits: ResourceLimits;
}

/**
 * Limits that a Kubernetes manifest of the project has for a service, converted to Compose's units; undefined where there are none, where manifests
 * differ, or where it is not clear which container is the service: it has its name, or is the only one.
 */
export async function kubernetesLimits(
  project: Project,
  service: string,
): Promise<Need<ResourceLimits> | undefined> {
  const files = await manifestsOf(project);
  const found = (await Promise.all(files.map((path) => limitsIn(project.directory, path)))).flat();
  const named = found.filter((one) => one.name === service);
  const names = new Set(found.map((one) => one.name));
  const fitting = named.length > 0 ? named : names.size === 1 ? found : [];
  const [first] = fitting;
  const isClear = new Set(fitting.map((one) => JSON.stringify(one.limits))).size === 1;
  return first !== undefined && isClear
    ? { value: first.limits, because: `${first.place} limits the container ${first.name} to it` }
    : undefined;
}

const folder = /(^|\/)(k8s|kubernetes|manifests?|deploy(ment)?s?|kustomize)(\/|$)/i;

/** YAML files in folders of that kind, also where the ignore file closes the folder to builds. */
async function manifestsOf({ directory, walked }: Project): Promise<readonly string[]> {
  const files = [...walked.sent, ...walked.ignored].filter(
    ({ kind, path }) => kind === 'file' && folder.test(path),
  );
  const closed = walked.ignored.filter(
    (entry) => entry.kind === 'directory' && entry.isClosed && folder.test(entry.path),
  );
  const inside = await Promise.all(
    closed.map(async ({ path }) => {
      const names = await readdir(join(directory, path), { recursive: true }).catch(() => []);
      return names.map((name) => `${path}/${name}`);
    }),
  );
  return [...files.map(({ path }) => path), ...inside.flat()].filter((path) => /\.ya?ml$/i.test(path)).sort();
}

// spec: { containers: [ { name: api, resources: { limits: { memory: 2Gi, cpu: 500m } } } ] }
async function limitsIn(directory: string, path: string): Promise<ContainerLimits[]> {
  const text = await readFile(join(directory, path), 'utf8').catch(() => '');
  // Templates of Helm are no YAML before they are filled in.
  if (text.length > 200_000 || !/^kind:/m.test(text) || text.includes('{{')) return [];
  const found: ContainerLimits[] = [];
  for (const document of parseAllDocuments(text)) {
    visit(document, {
      Pair(_, pair) {
        if (!isScalar(pair.key) || pair.key.value !== 'containers' || !isSeq(pair.value)) return;
        for (const container of pair.value.items) {
          if (!isMap(container)) continue;
          const line = text.slice(0, container.range?.[0] ?? 0).split('\n').length;
          const limits = limitsOf(container);
          if (limits !== undefined)
            found.push({ name: String(container.get('name')), place: `${path}:${line}`, limits });
        }
      },
    });
  }
  return found;
}

function limitsOf(container: YAMLMap): ResourceLimits | undefined {
  const memory = memoryOf(container.getIn(['resources', 'limits', 'memory']));
  const cpus = cpusOf(container.getIn(['resources', 'limits', 'cpu']));
  return memory === undefined && cpus === undefined ? undefined : { memory, cpus };
}

/** `2Gi` is `2g` in Compose, which counts by 1024 as well; `2G` is a number of bytes. */
function memoryOf(value: unknown): string | undefined {
  const [, amount, unit = ''] = /^(\d+)(Ki|Mi|Gi|k|M|G)?$/.exec(String(value)) ?? [];
  if (amount === undefined) return undefined;
  const decimal = { k: 1e3, M: 1e6, G: 1e9 }[unit];
  return decimal === undefined
    ? `${amount}${unit.charAt(0).toLowerCase() || 'b'}`
    : `${Number(amount) * decimal}b`;
}

/** `500m` is half a processor. */
function cpusOf(value: unknown): string | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(m)?$/.exec(String(value)) ?? [];
  return amount === undefined ? undefined : String(unit === 'm' ? Number(amount) / 1000 : Number(amount));
}
