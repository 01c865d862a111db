import type { DockerfileModel } from '../dockerfile/index.ts';
import type { DebianSuite } from '../python/index.ts';

const names: readonly DebianSuite[] = ['bullseye', 'bookworm', 'trixie', 'focal', 'jammy', 'noble'];
const byVersion: Readonly<Record<string, DebianSuite>> = {
  'debian 11': 'bullseye',
  'debian 12': 'bookworm',
  'debian 13': 'trixie',
  'ubuntu 20.04': 'focal',
  'ubuntu 22.04': 'jammy',
  'ubuntu 24.04': 'noble',
};

/** The release that the target of a Dockerfile runs on, by the tag of the image that it starts from. */
export function suiteOfTarget(model: DockerfileModel): DebianSuite {
  let stage = model.stages[model.target];
  while (stage?.baseStage !== undefined) stage = model.stages[stage.baseStage];
  return suiteOfBase(stage?.base ?? '');
}

/**
 * The release that an image is made of, by its tag (`python:3.11-slim-bookworm`, `nvidia/cuda:12.4.1-base-ubuntu22.04`). Tags of the
 * official Python image that name none are of the release that was the default when that version of Python was current
 * (docker-library/python); other images without one are taken for the newest Debian.
 */
export function suiteOfBase(reference: string): DebianSuite {
  const name = names.find((one) => reference.split(/[^a-z]+/).includes(one));
  if (name !== undefined) return name;
  if (/buster|stretch|bionic|xenial|alpine/.test(reference)) return 'other';
  const [, system, version] = /(debian|ubuntu)[:-]?(\d+(?:\.\d\d)?)/.exec(reference) ?? [];
  if (system !== undefined && version !== undefined) return byVersion[`${system} ${version}`] ?? 'other';
  if (/continuumio\/(?:mini|ana)conda3|-slim12/.test(reference)) return 'bookworm';
  if (/(?:^|\/)ubuntu(?::latest)?$/.test(reference)) return 'noble';
  const python = /(?:^|\/)python:(\d+)\.(\d+)(?:\.(\d+))?/.exec(reference);
  return python === null ? 'trixie' : suiteOfPython(Number(python[1]), Number(python[2]), python[3]);
}

/** The release of an installed system: `VERSION_CODENAME` of its os-release. */
export function suiteOfCodename(codename: string): DebianSuite {
  return names.find((one) => one === codename) ?? 'other';
}

/** The first patch release of 3.MINOR that was current when a Debian became the default of the official images. */
const firstOn: readonly (readonly [suite: DebianSuite, patches: Readonly<Record<number, number>>])[] = [
  // August 2025
  ['trixie', { 9: 23, 10: 18, 11: 13, 12: 11, 13: 6 }],
  // June 2023
  ['bookworm', { 7: 17, 8: 17, 9: 17, 10: 12, 11: 4, 12: 0, 13: 0 }],
  // August 2021
  ['bullseye', { 6: 14, 7: 11, 8: 11, 9: 6, 10: 0, 11: 0 }],
];

function suiteOfPython(major: number, minor: number, patch: string | undefined): DebianSuite {
  if (major !== 3) return 'other';
  if (minor > 13) return 'trixie';
  // `3.8` without a patch is its last one.
  const found = firstOn.find(
    ([, patches]) => patches[minor] !== undefined && (patch === undefined || Number(patch) >= patches[minor]),
  );
  return found?.[0] ?? 'other';
}
