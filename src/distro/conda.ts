import type { InstalledPackage, PackageSource } from './installed-package.ts';

const metadataPath = /^(?:(.+)\/)?conda-meta\/[^/]+\.json$/;

/** True for Conda's records of what it installed: `conda-meta/NAME-VERSION-BUILD.json` in every environment. */
export function isCondaFile(path: string): boolean {
  return path.endsWith('.json') && metadataPath.test(path);
}

/** The packages that Conda, Mamba or Pixi installed into the environments of the image, with the files of each. */
export function readConda(source: PackageSource): InstalledPackage[] {
  return source.paths(isCondaFile).flatMap((path) => {
    const text = source.text(path);
    return text === undefined ? [] : (condaPackage(path, text, source) ?? []);
  });
}

/**
 * Parses one record (conda's `PrefixRecord`): an object with the package's facts and its files, relative to the environment:
 *
 *     {"name": "numpy", "version": "1.26.4", "build": "py311h64a7726_0", "subdir": "linux-64",
 *      "files": ["bin/f2py", "lib/python3.11/site-packages/numpy/__init__.py"]}
 */
function condaPackage(path: string, text: string, source: PackageSource): InstalledPackage | undefined {
  const record = parseObject(text);
  const [name, version] = [textOf(record?.['name']), textOf(record?.['version'])];
  const files = record?.['files'];
  if (record === undefined || name === undefined || version === undefined || !Array.isArray(files)) {
    source.note(path, record === undefined ? 'it is no JSON object' : 'it lacks a name, a version or files');
    return undefined;
  }
  const environment = metadataPath.exec(path)?.[1] ?? '';
  const [architecture, build] = [textOf(record['subdir']), textOf(record['build'])];
  const listed = files.filter((one) => typeof one === 'string').map((one) => below(environment, one));
  return {
    manager: 'conda',
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...(build === undefined ? {} : { build }),
    environment,
    listed: [...listed, path],
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Any object has unknown values under string keys.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function below(environment: string, file: string): string {
  return environment === '' ? file : `${environment}/${file}`;
}
