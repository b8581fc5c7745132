export { type LadderEntry, type LadderOptions, ladder } from './ladder.ts';
