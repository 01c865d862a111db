import type { Project } from '../project/index.ts';
import type { DebianSuite, LinkedDistribution } from '../python/index.ts';
import type { TargetDecision } from './distribution-facts.ts';
import type { ProjectStudy } from './study-project.ts';

/** What the facts are drawn from. */
export interface FactsInput {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly target: TargetDecision;
  readonly hasCacheMounts: boolean;
  /** Debian suite of the base image. */
  readonly suite: DebianSuite;
  /** Debian packages that an earlier attempt turned out to miss: package → why. */
  readonly foundMissing: ReadonlyMap<string, string>;
  /** What the native code of the wheels that would be installed is linked with; undefined where nobody looked. */
  readonly linked?: readonly LinkedDistribution[] | undefined;
  /** What the image is built for: `linux/amd64`; undefined where nobody says. */
  readonly buildPlatform?: string | undefined;
  /** Ports that the service listens on. */
  readonly ports?: readonly number[];
  /** Where the compose edit mounts volumes. */
  readonly volumePaths?: readonly string[];
}
