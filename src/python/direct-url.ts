/** Where a distribution was installed from, when not from an index. */
export type InstallationOrigin = 'folder' | 'repository' | 'archive';

/** What an installer notes of a distribution that it did not take from an index. */
export interface DirectUrl {
  readonly origin: InstallationOrigin;
  readonly isEditable: boolean;
}

/**
 * The folder in which Conda builds a package: its packages carry the note of their own build, and come from a channel all the same.
 *
 *     file:///home/conda/feedstock_root/build_artifacts/attrs_1659291887007/work
 *     file:///croot/numpy_and_numpy_base_1701295038894/work/dist/numpy-1.26.2-cp311-cp311-linux_x86_64.whl
 */
const condaBuild = /_\d{10,}\/work(?:\/|$)|\/feedstock_root\/|\/conda-bld\//;

/**
 * Reads `direct_url.json` (PEP 610); undefined where there is none that can be read, and for Conda's own builds.
 *
 *     {"url": "file:///app", "dir_info": {"editable": true}}
 *     {"url": "file:///wheels/api-1.0-py3-none-any.whl", "archive_info": {"hash": "sha256=…"}}
 */
export function readDirectUrl(text: string | undefined): DirectUrl | undefined {
  const found = text === undefined ? undefined : objectOf(text);
  if (found === undefined) return undefined;
  const { url, dir_info: folder } = found;
  if (typeof url === 'string' && condaBuild.test(url)) return undefined;
  const isEditable = isObject(folder) && folder['editable'] === true;
  if (isObject(folder)) return { origin: 'folder', isEditable };
  if ('vcs_info' in found) return { origin: 'repository', isEditable };
  return 'archive_info' in found ? { origin: 'archive', isEditable } : undefined;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
