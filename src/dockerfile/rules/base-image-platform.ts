import type { Stage } from '../model.ts';
import type { LintRule, Violation } from './rule.ts';
import { baseRange } from './visit.ts';

interface Platform {
  readonly os: string;
  /** Undefined where only the system is known. */
  readonly architecture: string | undefined;
}

/** Namespaces of Docker's official images, tags, and images whose name tells what they are for. */
const architectures: readonly (readonly [pattern: RegExp, architecture: string])[] = [
  [/^(?:docker\.io\/)?amd64\/|[-_.:](?:amd64|x86_64|x86-64)$/, 'amd64'],
  [/^(?:docker\.io\/)?arm64v8\/|[-_.:](?:arm64|arm64v8|aarch64)$|^nvcr\.io\/nvidia\/l4t-/, 'arm64'],
  [/^(?:docker\.io\/)?arm32v[567]\/|[-_.:](?:armhf|arm32v7|armv7l?)$/, 'arm'],
  [/^(?:docker\.io\/)?i386\/|[-_.:]i386$/, '386'],
  [/^(?:docker\.io\/)?ppc64le\/|[-_.:]ppc64le$/, 'ppc64le'],
  [/^(?:docker\.io\/)?s390x\/|[-_.:]s390x$/, 's390x'],
  [/^(?:docker\.io\/)?riscv64\/|[-_.:]riscv64$/, 'riscv64'],
];

const windows = /windowsservercore|nanoserver|^mcr\.microsoft\.com\/windows(?:\/|:|$)/i;

/** The base image is for another platform than the stage; silent where its name does not tell. */
export const baseImagePlatform: LintRule = {
  id: 'base-image-platform',
  buildkit: 'InvalidBaseImagePlatform',
  severity: 'warning',
  title: 'the base image is for another platform',
  check: ({ model }) => {
    const images = model.stages.flatMap((stage) => {
      const platform = platformOfImage(stage);
      return platform === undefined ? [] : [{ stage, platform }];
    });
    // Stages without a platform are all built for the same one.
    const first = images.find(({ stage }) => stage.platform === undefined);
    return images.flatMap(({ stage, platform }): readonly Violation[] => {
      const range = baseRange(stage.from);
      const asked = stage.platform === undefined ? undefined : platformOf(stage.platform);
      if (asked !== undefined && differ(asked, platform))
        return [
          { range, message: `${stage.base} is for ${shown(platform)}, and ${shown(asked)} is asked for` },
        ];
      if (stage.platform !== undefined || first === undefined || !differ(first.platform, platform)) return [];
      return [
        {
          range,
          message: `${stage.base} is for ${shown(platform)}, and ${first.stage.base} above for ${shown(first.platform)}: one of them is not for the platform that is built`,
        },
      ];
    });
  },
};

function platformOfImage({ base, baseStage }: Stage): Platform | undefined {
  if (baseStage !== undefined || base.includes('$')) return undefined;
  const name = base.replace(/@.*$/, '');
  if (windows.test(name)) return { os: 'windows', architecture: undefined };
  const architecture = architectures.find(([pattern]) => pattern.test(name))?.[1];
  return architecture === undefined ? undefined : { os: 'linux', architecture };
}

const sameArchitectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
  i386: '386',
};

/** `linux/arm64/v8`, `linux/aarch64`, `amd64` (containerd's `platforms.Parse`); undefined for a variable. */
function platformOf(written: string): Platform | undefined {
  if (written.includes('$')) return undefined;
  const parts = written.toLowerCase().split('/');
  const [first = '', second] = parts;
  const isSystem = second !== undefined || /^(?:linux|windows|darwin|freebsd)$/.test(first);
  const architecture = isSystem ? second : first;
  return {
    os: isSystem ? first : 'linux',
    architecture: architecture && (sameArchitectures[architecture] ?? architecture),
  };
}

function differ(a: Platform, b: Platform): boolean {
  return (
    a.os !== b.os ||
    (a.architecture !== undefined && b.architecture !== undefined && a.architecture !== b.architecture)
  );
}

function shown({ os, architecture }: Platform): string {
  return architecture === undefined ? os : `${os}/${architecture}`;
}
