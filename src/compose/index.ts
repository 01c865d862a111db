export { composeChanges } from './changes/index.ts';
export { type ComposeProblem, checkCompose } from './check-compose.ts';
export type { ComposeChangeId } from './compose-change.ts';
export {
  type ComposeLeftAlone,
  type ComposeProposal,
  type ComposeSubject,
  type ComposeSubjectService,
  type ProposedChange,
  proposeCompose,
} from './propose-compose.ts';
export type { HealthCheck, ModelCache, Need, ResourceLimits, ServiceNeeds } from './service-needs.ts';
