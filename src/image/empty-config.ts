import type { ImageConfig, Platform } from './image.ts';

/** The configuration of an image in which nothing is set. */
export function emptyConfig(platform: Platform): ImageConfig {
  return {
    platform,
    env: [],
    entrypoint: [],
    cmd: [],
    workingDir: '',
    user: '',
    exposedPorts: [],
    volumes: [],
    labels: {},
    diffIds: [],
    history: [],
  };
}
