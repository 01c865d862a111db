import { posix } from 'node:path';
import { parseDockerfile, resolveDockerfile } from '../dockerfile/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { ImageConfig } from '../image/index.ts';
import { type PythonFile, type PythonSources, scanPythonFiles } from '../python/index.ts';
import { type Application, findApplication } from '../slim/index.ts';
import { isApplicationText } from './dependency-capture.ts';

/** An image whose layers were read with the `dependencyCapture`. */
export interface ImageContents {
  readonly root: RootFileSystem;
  readonly config: ImageConfig;
}

/** The texts of an image that belong to the application: its sources, its scripts, its requirements. */
export interface ApplicationTexts {
  readonly all: readonly PythonFile[];
  /** Modules and notebooks. */
  readonly python: readonly PythonFile[];
  readonly scripts: readonly PythonFile[];
  /** The imports of the modules. */
  readonly sources: PythonSources;
  /** What the image's command starts of them. */
  readonly application: Application;
}

/** Finds the application in an image. Paths below the working directory are told from there, as the project has them; others from the root. */
export async function applicationTexts({ root, config }: ImageContents): Promise<ApplicationTexts> {
  const all = capturedTexts(root, config);
  const python = all.filter(({ path }) => /\.(?:py|ipynb)$/.test(path));
  const scripts = all.filter(({ path }) => path.endsWith('.sh'));
  const sources = await scanPythonFiles(python);
  return { all, python, scripts, sources, application: findApplication(modelOf(config), sources, scripts) };
}

function capturedTexts(root: RootFileSystem, { workingDir }: ImageConfig): readonly PythonFile[] {
  const base = posix.normalize(`/${workingDir}`).replace(/^\/+|\/+$/g, '');
  const decoder = new TextDecoder();
  return root.captured().flatMap((path) => {
    const content = isApplicationText(path) && !path.endsWith('pyvenv.cfg') ? root.content(path) : undefined;
    if (content === undefined) return [];
    const shown = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
    return [{ path: shown, text: decoder.decode(content) }];
  });
}

/** The configuration as the Dockerfile that says the same. */
function modelOf({ entrypoint, cmd, workingDir }: ImageConfig): ReturnType<typeof resolveDockerfile> {
  const lines = [
    'FROM scratch',
    ...(workingDir === '' ? [] : [`WORKDIR ${workingDir}`]),
    ...(entrypoint.length === 0 ? [] : [`ENTRYPOINT ${JSON.stringify(entrypoint)}`]),
    ...(cmd.length === 0 ? [] : [`CMD ${JSON.stringify(cmd)}`]),
  ];
  return resolveDockerfile(parseDockerfile(`${lines.join('\n')}\n`));
}
