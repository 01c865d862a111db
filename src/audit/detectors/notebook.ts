import type { FileDetector } from '../detector.ts';
import { isUserPlace } from '../places.ts';

// Programs that show or run notebooks: where the image starts one, they are what it serves.
const notebookProgram =
  /(?:^|[\s/])(?:jupyter(?:hub|-\w+)?|start-notebook(?:\.\w+)?|start-singleuser(?:\.\w+)?|papermill|voila|mercury)(?:\s|$)/;

/** Notebooks of the project; those that a package brings are the package's. */
export const notebook: FileDetector = {
  name: 'notebook',
  prepare(subject) {
    const { entrypoint, cmd } = subject.image.config;
    if ([...entrypoint, ...cmd].some((part) => notebookProgram.test(part))) return () => undefined;
    return ({ entry }, { directory, name }) =>
      name.endsWith('.ipynb') && isUserPlace(directory) && subject.ownerOf(entry.path) === undefined
        ? { kind: 'notebook' }
        : undefined;
  },
};
