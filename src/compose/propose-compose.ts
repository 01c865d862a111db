import { isRecord } from '../base/index.ts';
import { composeChanges } from './changes/index.ts';
import { checkCompose } from './check-compose.ts';
import type { ComposeChangeId, Decision, ServiceView } from './compose-change.ts';
import { CannotInsert, insert } from './insert.ts';
import { contentOf, parseText } from './parse-text.ts';
import type { ServiceNeeds } from './service-needs.ts';

/** A compose file and the services of it that are built from the project. */
export interface ComposeSubject {
  /** The file as it is; undefined where there is none. Has to be valid. */
  readonly previous: string | undefined;
  readonly services: readonly ComposeSubjectService[];
}

/** One service: what it needs, and what it has. */
export interface ComposeSubjectService {
  readonly needs: ServiceNeeds;
  /** The merged service as Compose sees it; empty in a new file. */
  readonly effective: Readonly<Record<string, unknown>>;
  /** How a new file builds it. */
  readonly build?: { readonly dockerfile: string | undefined } | undefined;
}

/** One change of one service. */
export interface ProposedChange {
  readonly id: ComposeChangeId;
  readonly title: string;
  readonly service: string;
  readonly reason: string;
}

/** What was not changed, and why. */
export interface ComposeLeftAlone {
  readonly id: ComposeChangeId;
  readonly title: string;
  readonly service: string;
  readonly because: string;
}

/** A compose file as it should be. */
export interface ComposeProposal {
  readonly content: string;
  readonly changes: readonly ProposedChange[];
  readonly leftAlone: readonly ComposeLeftAlone[];
}

/**
 * Gives a compose file what its services lack, or makes a new one. What the file says is never changed, and every byte outside of the
 * additions stays; what cannot be added so is left alone, with the reason. The content is valid after the Compose specification.
 */
export function proposeCompose({ previous, services }: ComposeSubject): ComposeProposal {
  const changes: ProposedChange[] = [];
  const leftAlone: ComposeLeftAlone[] = [];
  let content = previous ?? newFile(services);
  for (const service of services) {
    let view = viewOf(content, service, previous === undefined);
    const base = extendedService(content, service.needs.name);
    for (const change of composeChanges) {
      // `extends` brings it along.
      if (
        change.id === 'platform' &&
        changes.some(({ id, service: one }) => id === 'platform' && one === base)
      )
        continue;
      const made = makeChange(content, change.decide(service.needs, view));
      if (made === undefined) continue;
      const about = { id: change.id, title: change.title, service: service.needs.name };
      if ('because' in made) leftAlone.push({ ...about, because: made.because });
      else {
        content = made.content;
        changes.push({ ...about, reason: made.reason });
        view = viewOf(content, service, previous === undefined);
      }
    }
  }
  const [problem] = changes.length > 0 ? checkCompose(content) : [];
  // Additions are valid by themselves: this is a defect of this program, and nothing of it may be written.
  if (problem !== undefined) throw new Error(`line ${problem.line} of the changed file: ${problem.message}`);
  return { content, changes, leftAlone };
}

/** The service of the same file that a service extends: `extends: api`, `extends: { service: api }`. */
function extendedService(content: string, name: string): string | undefined {
  const root = contentOf(parseText(content));
  const services = isRecord(root) ? root['services'] : undefined;
  const service = isRecord(services) ? services[name] : undefined;
  const base = isRecord(service) ? service['extends'] : undefined;
  if (typeof base === 'string') return base;
  return isRecord(base) && base['file'] === undefined && typeof base['service'] === 'string'
    ? base['service']
    : undefined;
}

function makeChange(
  content: string,
  decision: Decision | undefined,
): { readonly content: string; readonly reason: string } | { readonly because: string } | undefined {
  if (decision === undefined) return undefined;
  if ('leftAlone' in decision) return { because: decision.leftAlone };
  try {
    return { content: decision.additions.reduce(insert, content), reason: decision.because };
  } catch (error) {
    if (error instanceof CannotInsert) return { because: error.message };
    throw error;
  }
}

function viewOf(
  content: string,
  { needs, effective }: ComposeSubjectService,
  isNewFile: boolean,
): ServiceView {
  const root = contentOf(parseText(content));
  const volumes = isRecord(root) ? root['volumes'] : undefined;
  return {
    name: needs.name,
    isNewFile,
    effective,
    volumeNames: isRecord(volumes) ? Object.keys(volumes) : [],
  };
}

function newFile(services: readonly ComposeSubjectService[]): string {
  const blocks = services.map(({ needs, build }) => {
    const dockerfile = build?.dockerfile;
    const lines =
      dockerfile === undefined
        ? ['    build: .']
        : [
            '    build:',
            '      context: .',
            `      dockerfile: ${JSON.stringify(dockerfile).replace(/^"([\w./-]+)"$/, '$1')}`,
          ];
    return [`  ${needs.name}:`, ...lines].join('\n');
  });
  return `services:\n${blocks.join('\n')}\n`;
}
