export { type Baseline, readBaseline } from './baseline.ts';
export type {
  DiveRuleName,
  DiveRules,
  FigureGate,
  Gates,
  GateText,
  GateUnit,
  Limit,
} from './gates.ts';
export { type FigureGateFacts, figureGates } from './gates.ts';
export {
  type GateFacts,
  type GateResult,
  type GateVerdict,
  gateVerdict,
  type JudgedAudit,
  judgeAudit,
} from './judge-audit.ts';
export { type DiveTexts, diveCiPath, type ReadDiveRules, readDiveRules } from './read-dive-rules.ts';
export { type GateFlags, type GateTexts, hasNoGates, readGates } from './read-gates.ts';
export { readYaml, type YamlFile } from './yaml-file.ts';
