export { compareSweeps, type ImportOutcome, parseSweep, sweepScript } from './compare-sweeps.ts';
