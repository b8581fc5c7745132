import type { Headers } from './headers.ts';
import { type Params, parseParams } from './params.ts';

/** `<URI> *( ;param )` of Alert-Info, Call-Info and Error-Info (§20.4, §20.9, §20.18). From the wire: fetch nothing unasked. */
export interface InfoUri {
  /** Of any scheme, as written. */
  readonly uri: string;
  /** `purpose` of Call-Info; 'icon', 'info', 'card' … */
  readonly params: Params;
}

/** Every value of `Alert-Info` that keeps the grammar, in order; URNs as of RFC 7462 among them. */
export const readAlertInfo: (headers: Headers) => readonly InfoUri[] = reader('alert-info');

/** Every value of `Call-Info` that keeps the grammar, in order. */
export const readCallInfo: (headers: Headers) => readonly InfoUri[] = reader('call-info');

function reader(name: string): (headers: Headers) => readonly InfoUri[] {
  return (headers) =>
    headers.list(name).flatMap((value) => {
      const [whole = '', uri] = /^<([a-z][a-z\d+.-]*:[^\s<>]+)>\s*/i.exec(value) ?? [];
      const params = parseParams(value, whole.length);
      return uri && params.ok ? { uri, params: params.value } : [];
    });
}
