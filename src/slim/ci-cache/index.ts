export { type CiCacheProposal, proposeCiCache } from './ci-cache.ts';
