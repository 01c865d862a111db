import { posix } from 'node:path';
import type { ApplicationUses, Requested, RequirementsInstall } from '../../../deps/index.ts';
import type { ImageConfig } from '../../../image/index.ts';
import {
  isDevelopmentFile,
  normaliseName,
  type PythonFile,
  productionFile,
  readRequirementsTree,
} from '../../../python/index.ts';
import { applicationTexts, type ImageContents } from '../../application-texts.ts';
import { applicationUses } from './application-uses.ts';

/** The application that an image holds. */
export interface ImageApplication {
  readonly uses: ApplicationUses;
  /** Its Python files, with their texts. */
  readonly sources: readonly PythonFile[];
  /** Of requirements files that the image still holds and that its history installs. */
  readonly requested: readonly Requested[];
  /** The files that were installed, and those of them that production needs. */
  readonly installs: readonly RequirementsInstall[];
}

/** Reads the application of an image: its own files' imports, what its configuration starts, and the requirements that lie there. */
export async function imageApplication(contents: ImageContents): Promise<ImageApplication> {
  const { config } = contents;
  const { all, python, scripts, sources, application } = await applicationTexts(contents);
  const command = [...config.entrypoint, ...config.cmd, ...(config.healthcheck?.test ?? [])];
  const started = command.flatMap((part) => part.split(/[\s;&|"']+/)).filter((word) => word !== '');
  const called = scripts.filter(({ path }) =>
    started.some((word) => posix.basename(word) === posix.basename(path)),
  );
  const startWords = [
    ...started.map((word) => ({ word, place: "the image's command" })),
    ...called.flatMap(({ path, text }) => text.split(/[\s;&|()"'$]+/).map((word) => ({ word, place: path }))),
  ];
  return {
    uses: applicationUses({
      sources,
      application,
      texts: python,
      scripts,
      startWords,
      configTexts: [],
      variables: config.env.map((text) => {
        const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(text) ?? [];
        return { name, value, place: "the image's environment" };
      }),
    }),
    sources: python,
    ...(await requestedIn(all, config)),
  };
}

/** What the requirements files ask for that an instruction of the history installed with `-r`. */
async function requestedIn(
  texts: readonly PythonFile[],
  { history }: ImageConfig,
): Promise<Pick<ImageApplication, 'requested' | 'installs'>> {
  const installed = new Set(
    history.flatMap(({ createdBy }) =>
      [...createdBy.matchAll(/(?:^|\s)(?:-r|--requirement)[ =]?\s*["']?([^\s"';&|]+)/g)].map(
        ([, file = '']) => posix.basename(file),
      ),
    ),
  );
  const byPath = new Map(texts.map(({ path, text }) => [path, text]));
  const files = [...byPath.keys()].filter(
    (path) => /\.(?:txt|in)$/.test(path) && installed.has(posix.basename(path)),
  );
  const found = new Map<string, Requested>();
  const installs: RequirementsInstall[] = [];
  for (const file of files) {
    const tree = await readRequirementsTree(file, (path) => Promise.resolve(byPath.get(path)));
    const [own] = tree.files;
    const production = own === undefined ? undefined : productionFile(tree, own);
    if (production !== own) installs.push({ place: 'the Dockerfile', file, production: production?.path });
    for (const { path, line, isConstraint } of tree.requested) {
      if (isConstraint || line.name === undefined) continue;
      const specifier = line.kind === 'requirement' ? line.specifier : '';
      found.set(`${path}:${line.startLine}`, {
        name: normaliseName(line.name),
        extras: line.extras,
        specifier,
        // What is installed is what it is, whatever the file left open.
        pin: 'exact',
        file: path,
        line: line.startLine,
        isForDevelopment: isDevelopmentFile(path),
      });
    }
  }
  return { requested: [...found.values()], installs };
}
