import { UserError } from '../../base/index.ts';

/**
 * That a registry does not have an image, or will not say whether it has: a `UserError` of its own, so that a caller can go on without.
 * Registries refuse what does not exist as they refuse what is secret, lest somebody learn which names there are.
 */
export class AbsentImageError extends UserError {}
