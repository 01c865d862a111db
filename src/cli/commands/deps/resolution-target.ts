import { UserError } from '../../../base/index.ts';
import { baseImage } from '../../../forecast/index.ts';
import type { FoundResolver, WheelPlatform } from '../../../python/index.ts';
import type { DepsOptions } from './deps-options.ts';

/** The Python that the tag of an image names: `ghcr.io/astral-sh/uv:python3.13-bookworm-slim`, `acme/base:1-py3.9`; undefined where it names none. */
export function pythonOfTag(reference: string): string | undefined {
  return /:(?:[\w.-]*[-_.])?py(?:thon)?-?(3\.\d+)(?![\d])[^/]*$/.exec(reference)?.[1];
}

// pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)
/** The Python that a resolver runs on: `3.11`. Throws a `UserError` where it does not tell. */
export function versionOf({ version }: FoundResolver): string {
  const found = /\(python (3\.\d+)\)/.exec(version)?.[1];
  if (found !== undefined) return found;
  throw new UserError('the Python version of the image is not known', { hint: 'Name it: --python 3.11' });
}

/** What wheels are chosen for: as asked, else as the base image is. Throws a `UserError` for what nothing is resolved for. */
export function platformOf({ platform }: DepsOptions, base: string): WheelPlatform {
  const known = baseImage(base);
  if (platform !== undefined && platform.architecture !== 'amd64' && platform.architecture !== 'arm64') {
    throw new UserError(`requirements are not resolved for ${platform.os}/${platform.architecture}`, {
      hint: 'Take linux/amd64 or linux/arm64.',
    });
  }
  return {
    architecture: platform?.architecture === 'arm64' ? 'aarch64' : 'x86_64',
    libc: known?.libc ?? 'glibc',
    libcMinor: known?.libcMinor ?? 36,
  };
}
