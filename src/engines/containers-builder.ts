import type { Builder } from './build-image.ts';
import { createBuildahLog } from './buildah-log.ts';
import { runContainerBuild } from './run-container-build.ts';

/** How Podman and Buildah build: with the same code inside, hence the same words, the same log and the same trouble. */
export function containersBuilder(of: Pick<Builder, 'tool' | 'inspect' | 'removeImage'>): Builder {
  return {
    ...of,
    // Without `--layers` Buildah keeps no cache; the OCI format would drop HEALTHCHECK and SHELL.
    buildWords: ['build', '--format', 'docker', '--layers', '--force-rm'],
    createLog: createBuildahLog,
    runClient: runContainerBuild,
  };
}
