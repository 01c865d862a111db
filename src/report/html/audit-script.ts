import { auditListsScript } from './audit-lists-script.ts';
import { auditMapScript } from './audit-map-script.ts';
import { squarify } from './squarify.ts';

/** What the page of an audit does in the browser; names reach the document as text only. */
export const auditScript: string = `'use strict';
(() => {
const squarify = ${squarify.toString()};
${auditMapScript}
${auditListsScript}
})();`;
