export { compareEnvironments } from './compare-environments.ts';
export { compareLogs } from './compare-logs.ts';
export {
  type ComparedRequest,
  type CompareResponsesOptions,
  compareResponses,
  type IgnoredDifference,
} from './compare-responses.ts';
export { compareRuns } from './compare-runs.ts';
export { dependencyConflicts } from './dependency-conflicts.ts';
export type {
  Difference,
  DifferenceHints,
  DifferenceKind,
  DifferenceSeverity,
  ExpectedSwap,
} from './difference.ts';
export type { Environment, ImportResult, LackingLibrary } from './environment.ts';
export { formatProbe, type Probe, parseProbe } from './probe.ts';
export {
  environmentScript,
  parseEnvironment,
  probeEnvironment,
  pythonCandidates,
} from './probe-environment.ts';
export { type Answer, bodyLimitBytes, sendProbe } from './send-probes.ts';
export type { ContainerLogs } from './serve.ts';
export { type TraceRequest, traceStart } from './trace-start.ts';
export type { Check, CheckName, StartUp, Verdict, Verification } from './verification.ts';
export { leanVerifier, verifyImages } from './verify.ts';
export type { VerifyRequest, VerifyTimeouts } from './verify-request.ts';
