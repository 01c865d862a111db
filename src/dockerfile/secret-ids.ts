import { posix } from 'node:path';
import type { DockerfileModel } from './model.ts';
import { mountsOf } from './run-mounts.ts';

/** The secrets that the steps of a Dockerfile mount, as `--secret id=` names them, each once; BuildKit takes the file's name where there is no id. */
export function secretIds({ stages }: DockerfileModel): readonly string[] {
  const ids = stages
    .flatMap(({ instructions }) => instructions.flatMap(mountsOf))
    .filter((mount) => mount.get('type') === 'secret')
    .map((mount) => mount.get('id') ?? posix.basename(mount.get('target') ?? mount.get('dst') ?? ''));
  return [...new Set(ids)].filter((id) => id !== '');
}
