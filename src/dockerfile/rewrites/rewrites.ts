import { aptSteps } from './apt-steps.ts';
import { basePip } from './base-pip.ts';
import { basePlatform } from './base-platform.ts';
import { cacheMounts } from './cache-mounts.ts';
import { condaClean } from './conda-clean.ts';
import { condaStages } from './conda-stages.ts';
import { copyOwner } from './copy-owner.ts';
import { cpuWheels } from './cpu-wheels.ts';
import { cudaBase } from './cuda-base.ts';
import { headlessOpencv } from './headless-opencv.ts';
import { heavyLayer } from './heavy-layer.ts';
import { layerOrder } from './layer-order.ts';
import { modelVolume } from './model-volume.ts';
import { noRecommends } from './no-recommends.ts';
import { nonRootUser } from './non-root-user.ts';
import { packageLayerOrder } from './package-layer-order.ts';
import { productionRequirements } from './production-requirements.ts';
import { pruneHeaders, pruneTests, stripLibraries } from './prune-site-packages.ts';
import { regularInstall } from './regular-install.ts';
import type { Rewrite } from './rewrite.ts';
import { runtimeLibraries } from './runtime-libraries.ts';
import { runtimePackages } from './runtime-packages.ts';
import { secretMounts } from './secret-mounts.ts';
import { slimBase } from './slim-base.ts';
import { splitStages } from './split-stages.ts';
import { startCommand } from './start-command.ts';
import { stepInputs } from './step-inputs.ts';
import { toolEnvironment } from './tool-environment.ts';
import { toolLayerOrder } from './tool-layer-order.ts';
import { toolStages } from './tool-stages.ts';
import { tracedBytecode } from './traced-bytecode.ts';
import { virtualEnvironment } from './virtual-environment.ts';
import { wheelMounts } from './wheel-mounts.ts';

/** All rewrites in the order in which they run: each works on the result of those before it. */
export const rewrites: readonly Rewrite[] = [
  // A download that goes needs no secret.
  modelVolume,
  secretMounts,
  toolEnvironment,
  startCommand,
  productionRequirements,
  cpuWheels,
  headlessOpencv,
  virtualEnvironment,
  wheelMounts,
  toolLayerOrder,
  toolStages,
  condaStages,
  splitStages,
  regularInstall,
  slimBase,
  runtimePackages,
  cudaBase,
  runtimeLibraries,
  noRecommends,
  layerOrder,
  packageLayerOrder,
  heavyLayer,
  stepInputs,
  pruneTests,
  pruneHeaders,
  stripLibraries,
  basePip,
  tracedBytecode,
  aptSteps,
  condaClean,
  cacheMounts,
  basePlatform,
  copyOwner,
  nonRootUser,
];
