import type { TestProject } from 'vitest/node';
import { messageOf } from '../../src/base/index.ts';
import { labUp } from '../lab/index.ts';

/** What a test needs of the lab; absent when no engine can be had here, with the reason. */
export interface TestLab {
  readonly environment: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly registry: string;
  /** The package index as containers reach it: `http://ADDRESS:PORT/simple/`. */
  readonly indexUrl: string;
  /** The package index as programs on this machine reach it. */
  readonly hostIndexUrl: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    lab: TestLab | undefined;
    noLabBecause: string;
  }
}

/** What the projects in `projects/` install, or build with; where there is a lock file, in its version. */
const projectRequirements = [
  ...['flask', 'gunicorn', 'opencv-python', 'lightgbm', 'streamlit', 'numpy'],
  ...['setuptools', 'cython', 'poetry-core'],
  ...['tornado==6.5.10', 'pyyaml==6.0.3', 'coverage==7.16.2'],
];

/** Brings the lab up once for all tests that need an engine. In CI an engine is a must: there, a lab that fails fails the run. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const lab = await labUp({ requirements: ['orjson', ...projectRequirements] });
    const { environment, buildArgs, registry, indexUrl, hostIndexUrl } = lab;
    Object.assign(process.env, environment);
    project.provide('lab', { environment, buildArgs, registry, indexUrl, hostIndexUrl });
    project.provide('noLabBecause', '');
    return () => lab.down();
  } catch (error) {
    if (process.env['CI'] !== undefined && process.env['CI'] !== '') throw error;
    project.provide('lab', undefined);
    project.provide('noLabBecause', messageOf(error));
    console.error(`No container engine for the tests that need one: ${messageOf(error)}`);
    return undefined;
  }
}
