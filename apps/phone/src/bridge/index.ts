/** The phone's engine as the UI sees it: snapshots, commands, and the plain data they are made of. */
export { createPhoneBridge } from './client.ts';
export type * from './protocol.ts';
export { PROTOCOL_VERSION } from './protocol.ts';
