import { formatBytes, UserError } from '../../../base/index.ts';
import { type DepsSubject, describeDependencies } from '../../../deps/index.ts';
import type { Image, ImageConfig } from '../../../image/index.ts';
import { findResolver, hardwareEvidence, linuxEnvironment } from '../../../python/index.ts';
import { dependencyCapture } from '../../dependency-capture.ts';
import type { CliEnvironment } from '../../environment.ts';
import type { ReadImage } from '../../read-opened.ts';
import { withImage } from '../../read-side.ts';
import { evidenceSentence } from '../../service/service-hardware.ts';
import { askYanked, indexUrlsOf } from './ask-yanked.ts';
import type { DepsOptions } from './deps-options.ts';
import { type ImageApplication, imageApplication } from './image-application.ts';
import { type ImageEnvironment, imageEnvironments } from './image-environment.ts';
import { importedWithin } from './inner-imports.ts';

/** Reads an image of any source: what is installed in its heaviest Python environment, and how its application uses that. */
export async function imageSubject(options: DepsOptions, environment: CliEnvironment): Promise<DepsSubject> {
  refuseProjectOptions(options);
  return await withImage(options.subject, environment, {
    platform: options.platform,
    isInsecure: options.insecure,
    withMeasures: false,
    capture: dependencyCapture,
    async use(image, read) {
      const contents = await read();
      const subject = await subjectOf(contents, options, environment);
      return await withInnerImports(subject, { image, contents }, environment);
    },
  });
}

function refuseProjectOptions(options: DepsOptions): void {
  for (const [name, isGiven] of [
    ['--requirement', options.requirement.length > 0],
    ['--file', options.file !== undefined],
    ['--python', options.python !== undefined],
    ['--fix', options.fix],
  ] as const) {
    if (isGiven) {
      throw new UserError(`${name} is for a project directory, and ${options.subject} is an image`, {
        hint: 'Leave it away, or give the directory of the project.',
      });
    }
  }
}

async function subjectOf(
  { image, root, distributions: installed, absentLayers }: ReadImage,
  options: DepsOptions,
  environment: CliEnvironment,
): Promise<DepsSubject> {
  const [main, ...others] = imageEnvironments(installed, root);
  if (main === undefined) {
    throw new UserError(`${image.name} holds no Python distributions`, {
      hint: 'plimsoll audit tells what it holds instead.',
    });
  }
  const pythonVersion = main.pythonVersion ?? '3.11';
  const application = await imageApplication({ root, config: image.config });
  const { distributions } = main;
  const architecture = image.platform.architecture === 'arm64' ? 'aarch64' : 'x86_64';
  return {
    name: image.name,
    kind: 'image',
    pythonVersion,
    environment: linuxEnvironment(pythonVersion, architecture),
    distributions,
    installs: application.installs,
    requested: application.requested,
    uses: application.uses,
    target: await targetOf(options, image.config, application),
    yanked: options.index
      ? await askYanked({ distributions, indexUrls: await ownIndexes(environment) }, environment)
      : new Map(),
    incomplete: absentLayers.map(({ digest }) => ({
      what: digest,
      because: 'the source does not hold this layer',
    })),
    warnings: [
      ...otherEnvironments(main, others),
      ...(main.pythonVersion === undefined
        ? ['the version of Python is not known; markers are read for 3.11']
        : []),
    ],
  };
}

/** The indexes that pip is set to ask on this machine, else PyPI: names of private distributions go to nobody else. */
async function ownIndexes({ signal }: CliEnvironment): Promise<readonly string[]> {
  const resolver = await findResolver(undefined, signal).catch(() => undefined);
  signal.throwIfAborted();
  return indexUrlsOf({}, resolver?.settings);
}

/** Before anything is called unused, the code of what is installed is searched for it. */
async function withInnerImports(
  subject: DepsSubject,
  { image, contents }: { readonly image: Image; readonly contents: ReadImage },
  { progress, signal }: CliEnvironment,
): Promise<DepsSubject> {
  const unused = new Set(
    describeDependencies(subject).findings.flatMap(({ kind, severity, distributions }) =>
      kind === 'unused' && severity === 'warning' ? distributions : [],
    ),
  );
  if (unused.size === 0) return subject;
  const names = new Set(subject.distributions.map(({ name }) => name));
  const modules = new Set(
    subject.distributions.filter(({ name }) => unused.has(name)).flatMap((one) => one.modules),
  );
  const task = progress.start('searching what is installed for imports of what seems unused');
  const installed = contents.distributions.filter(({ name }) => names.has(name));
  return await importedWithin({ image, root: contents.root, installed, modules, signal })
    .then((found) => ({ ...subject, importedWithin: found }))
    .finally(() => task.done());
}

function otherEnvironments(main: ImageEnvironment, others: readonly ImageEnvironment[]): readonly string[] {
  return others
    .filter(({ sizeBytes }) => sizeBytes > 1_000_000)
    .map(
      ({ prefix, distributions, sizeBytes }) =>
        `${prefix} is a Python environment of its own with ${distributions.length} distributions (${formatBytes(sizeBytes)}), which ${main.prefix} does not see; they are not looked at`,
    );
}

/** The image is for a GPU when its environment, its code or what it is started with says so; in doubt nothing is said against its builds. */
async function targetOf(
  { target }: DepsOptions,
  { env }: ImageConfig,
  { sources, uses }: ImageApplication,
): Promise<DepsSubject['target']> {
  if (target !== 'auto') return { device: target, evidence: `made for the ${target.toUpperCase()} as asked` };
  const { verdict, evidence } = await hardwareEvidence({
    sources,
    dockerfile: env.map((one) => ({ file: "the image's environment", line: 0, text: `ENV ${one}` })),
  });
  const [sign] = evidence.filter(({ speaksFor }) => speaksFor === (verdict === 'cpu' ? 'cpu' : 'gpu'));
  if (verdict !== 'cpu')
    return { device: 'gpu', evidence: sign === undefined ? 'it is not clear' : evidenceSentence(sign) };
  if (uses.fileCount === 0)
    return {
      device: 'gpu',
      evidence: 'not clear, as there is no code to tell by; --target cpu says that it needs none',
    };
  return {
    device: 'cpu',
    evidence:
      sign === undefined ? 'no sign of a GPU in its code and its environment' : evidenceSentence(sign),
  };
}
