export { CLAIM_MEANINGS, HEADER_MEANINGS } from './explain/token-fields.ts';
export type { Meanings } from './explain/token-fields.ts';
export { FlowPage } from './server/flow-page.ts';
