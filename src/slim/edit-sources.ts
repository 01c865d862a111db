import type { EditId } from './plan-input.ts';

/** Where the reason for an edit can be looked up beside `docs/edits.md`: documentation, and the rules of other tools that say the same. */
const sources: Partial<Readonly<Record<EditId, readonly string[]>>> = {
  'split-stages': ['https://docs.docker.com/build/building/multi-stage/'],
  'tool-stages': ['https://docs.docker.com/build/building/multi-stage/'],
  'conda-stages': [
    'https://docs.docker.com/build/building/multi-stage/',
    'https://docs.conda.io/projects/conda-build/en/latest/resources/activate-scripts.html',
  ],
  'wheel-mounts': ['https://docs.docker.com/reference/dockerfile/#run---mounttypebind'],
  'slim-base': ['https://hub.docker.com/_/python (image variants)'],
  'cpu-wheels': ['https://pytorch.org/get-started/locally/ (compute platform CPU)'],
  'no-recommends': ['hadolint DL3015', 'apt.conf(5), APT::Install-Recommends'],
  'layer-order': ['https://docs.docker.com/build/cache/optimize/#order-your-layers'],
  'tool-layer-order': [
    'https://docs.docker.com/build/cache/optimize/#order-your-layers',
    'https://docs.astral.sh/uv/guides/integration/docker/#intermediate-layers',
  ],
  'heavy-layer': [
    'https://docs.docker.com/build/cache/optimize/#order-your-layers',
    'https://docs.docker.com/build/cache/invalidation/',
  ],
  'step-inputs': [
    'https://docs.docker.com/build/cache/optimize/#use-bind-mounts',
    'https://docs.docker.com/reference/dockerfile/#run---mounttypebind',
  ],
  'base-pip': ['https://pip.pypa.io/en/stable/user_guide/#managing-a-different-python-interpreter'],
  'cache-mounts': ['https://docs.docker.com/build/cache/optimize/#use-cache-mounts'],
  'base-platform': [
    'BuildKit FromPlatformFlagConstDisallowed',
    'BuildKit RedundantTargetPlatform',
    'hadolint DL3029',
  ],
  'copy-owner': ['https://docs.docker.com/reference/dockerfile/#copy---chown---chmod'],
  'non-root-user': ['hadolint DL3002', 'https://docs.docker.com/build/building/best-practices/#user'],
  'model-volume': [
    'https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables#hfhome',
  ],
  'secret-mounts': ['BuildKit SecretsUsedInArgOrEnv', 'https://docs.docker.com/build/building/secrets/'],
  dockerignore: ['https://docs.docker.com/build/concepts/context/#dockerignore-files'],
  'ci-cache': [
    'https://docs.docker.com/build/ci/github-actions/cache/',
    'https://docs.docker.com/build/cache/backends/registry/',
  ],
  compose: ['https://github.com/compose-spec/compose-spec/blob/main/spec.md'],
};

/** The page of an edit, and where else its reason stands. */
export function sourcesOf(id: EditId): readonly string[] {
  return [`docs/edits.md#${id}`, ...(sources[id] ?? [])];
}
