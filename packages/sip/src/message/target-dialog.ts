import type { Headers } from './headers.ts';
import { parseParams } from './params.ts';

/** The dialog that the sender proves to know (RFC 4538 §7), as its receiver sees it. */
export interface TargetDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** `Target-Dialog = callid *( SEMI td-param )`; one without both tags reads as absent (RFC 4538 §4). */
export function readTargetDialog(headers: Headers): TargetDialog | undefined {
  const [, callId, rest = ''] = /^\s*([^\s;]+)\s*(.*)$/.exec(headers.get('target-dialog') ?? '') ?? [];
  const params = parseParams(rest, 0);
  const tag = (name: string) => (params.ok ? params.value.get(name) : undefined);
  const [localTag, remoteTag] = [tag('local-tag'), tag('remote-tag')];
  return callId && localTag && remoteTag ? { callId, localTag, remoteTag } : undefined;
}
