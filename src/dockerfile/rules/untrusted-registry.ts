import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

const matches = (trusted: string, registry: string): boolean =>
  trusted === '*' ||
  trusted === registry ||
  (trusted === 'hub.docker.com' && registry === 'docker.io') ||
  (trusted.startsWith('*.') && registry.endsWith(trusted.slice(1)));

/** Base image from a registry that is not trusted. */
export const untrustedRegistry: LintRule = {
  id: 'untrusted-registry',
  hadolint: 'DL3026',
  severity: 'error',
  title: 'base image from a registry that is not trusted',
  check: ({ model, trustedRegistries, project }) =>
    trustedRegistries.length === 0
      ? []
      : model.stages.flatMap(({ base, baseStage, from }) => {
          const first = base.split('/')[0] ?? '';
          const registry =
            base.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
          const isTrusted =
            baseStage !== undefined ||
            base === 'scratch' ||
            project?.contextNames.has(base.toLowerCase()) === true ||
            base.startsWith('$') ||
            trustedRegistries.some((one) => matches(one, registry));
          return isTrusted
            ? []
            : [
                {
                  range: baseRange(from),
                  message: `${registry} is not among the trusted registries (${trustedRegistries.join(', ')})`,
                },
              ];
        }),
};
