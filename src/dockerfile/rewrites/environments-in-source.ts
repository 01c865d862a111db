import { posix } from 'node:path';
import type { DockerfileModel } from '../model.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import { environmentPlace, projectInstalls } from './tool-environment-path.ts';

/** The path in the build context from where a COPY of whole directories would bring files into an environment: `.venv` for `/app/.venv` and `COPY . /app`. */
export function environmentInContext(path: string, copies: readonly ContextCopy[]): string | undefined {
  const broad = copies.filter(({ isBroad }) => isBroad);
  const mark = contextPathOf(posix.join(path, 'pyvenv.cfg'), broad);
  return mark === undefined ? undefined : posix.dirname(mark);
}

/** Where the environments of uv, Poetry, PDM and Pipenv would lie in the build context, for each that a COPY of source goes over: `.venv`. */
export function environmentsInSource({ stages }: DockerfileModel): readonly string[] {
  const copies = stages.flatMap((stage) => stage.instructions).flatMap((one) => readContextCopy(one) ?? []);
  const places = stages.flatMap((stage) =>
    stage.instructions.flatMap((instruction) =>
      projectInstalls(instruction).flatMap((install) => {
        const place = environmentPlace(install, instruction, stage);
        return place.kind === 'fixed' ? [place.path] : [];
      }),
    ),
  );
  return [...new Set(places.flatMap((path) => environmentInContext(path, copies) ?? []))];
}
