export type { Risk, Severity, WasteKind } from './finding.ts';
