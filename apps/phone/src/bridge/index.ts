/** The only door between the interface and the engine. */
export { createPhoneBridge } from './client.ts';
export type * from './protocol.ts';
