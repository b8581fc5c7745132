export { type LadderEntry, type LadderOptions, ladder } from './ladder.ts';
export { redact } from './redact.ts';
export type { TraceEntry, TraceRole } from './trace-entry.ts';
