import type { DockerfileModel, Instruction } from '../model.ts';

/** Images whose own last USER is not root, as their Dockerfiles say. */
const otherUsers: readonly (readonly [image: RegExp, user: string])[] = [
  [
    /^(quay\.io\/)?jupyter(hub)?\/(?!jupyterhub)[\w-]+-(notebook|singleuser)(:|@|$)|^(quay\.io\/)?jupyter\/[\w-]*notebook/,
    'jovyan',
  ],
  [/^(docker\.io\/)?mambaorg\/micromamba(:|@|$)/, 'mambauser'],
  [/^(docker\.io\/)?apache\/airflow(:|@|$)/, 'airflow'],
  [/^(docker\.io\/)?(apache\/|bitnami\/)spark/, 'spark'],
  [/^(docker\.io\/)?bitnami\//, '1001'],
  [/^(docker\.io\/)?rayproject\/ray/, 'ray'],
  [/^(docker\.io\/)?(cimg|circleci)\//, 'circleci'],
  [/^(docker\.io\/)?gitpod\/workspace/, 'gitpod'],
  [/^(docker\.io\/)?selenium\//, 'seluser'],
  [/^(docker\.io\/)?sagemath\/sagemath/, 'sage'],
  [/^registry\.(access\.)?redhat\.(com|io)\/(ubi\d+|rhel\d+|rhscl)\/python-/, '1001'],
  [/^(quay\.io\/)?(sclorg|centos7?|fedora)\/python-/, '1001'],
  [/^cgr\.dev\/chainguard\/(?!.*-dev)/, 'nonroot'],
  [/^gcr\.io\/distroless\/.*nonroot/, 'nonroot'],
];

/** The user that a RUN works as: of USER, or of a base image that is known to set one; undefined for root, as far as that can be told. */
export function userOf(run: Instruction, { stages }: DockerfileModel): string | undefined {
  const { user } = run.before;
  if (user !== undefined) return /^(root|0)(:|$)/.test(user) ? undefined : user;
  let stage = stages[run.stage];
  while (stage?.baseStage !== undefined) stage = stages[stage.baseStage];
  const base = stage?.base ?? '';
  return otherUsers.find(([image]) => image.test(base))?.[1];
}
