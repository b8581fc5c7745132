import type { SipMessage, SipRequest, SipResponse } from '../message/index.ts';
import { createRequest, Headers, isSipUri, parseUri, printNameAddr, printUri, requestUri } from '../message/index.ts';

/**
 * A dialog as plain data (§12): what both sides must remember to talk about the same thing. Every change gives a new value, so a dialog
 * can be stored, restored and compared.
 */
export interface DialogState {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** `From` value of the requests we send, with our tag, as it stood in the first message. */
  readonly local: string;
  /** `To` value of the requests we send, with the tag of the far side. */
  readonly remote: string;
  /** Remote target: the URI of the latest `Contact` of the far side. */
  readonly target: string;
  /** Route set in the order in which requests carry it. */
  readonly routes: readonly string[];
  /** CSeq number of our latest request, ACK and CANCEL left out. */
  readonly localCSeq: number;
  /** CSeq number of the latest request of the far side; absent until there was one. Zero is a number (§8.1.1.5). */
  readonly remoteCSeq?: number;
  readonly state: 'early' | 'confirmed';
  readonly role: 'uac' | 'uas';
  /** What we asked to be kept from the far side, as `Privacy` says it (RFC 3323 §4.2), in all of our messages. */
  readonly privacy?: string;
}

/**
 * UAC side (§12.1.2). Undefined when the response forms no dialog: 100, or a 1xx without To tag or Contact. The 2xx of an
 * RFC 2543 phone has no tag, and its dialog an empty one.
 */
export function dialogFromResponse(request: SipRequest, response: SipResponse): DialogState | undefined {
  const localTag = request.fromTag;
  const success = response.isSuccess;
  const remoteTag = response.toTag ?? (success ? '' : undefined);
  const target = contactUri(response) ?? (success ? request.uriText : undefined);
  if (remoteTag === undefined || localTag === undefined || target === undefined) return undefined;
  if (response.status === 100 || response.status >= 300) return undefined;
  const privacy = request.headers.get('privacy');
  return {
    callId: request.callId,
    localTag,
    remoteTag,
    local: request.headers.get('from') ?? '',
    remote: response.headers.get('to') ?? '',
    target,
    routes: recordedRoutes(response).reverse(),
    localCSeq: request.cseq.number,
    state: success ? 'confirmed' : 'early',
    role: 'uac',
    ...(privacy !== undefined && { privacy }),
  };
}

/** UAS side (§12.1.1): the dialog that our response with `localTag` forms. */
export function dialogFromRequest(
  request: SipRequest,
  localTag: string,
  state: DialogState['state'],
): DialogState | undefined {
  const target = contactUri(request);
  if (target === undefined) return undefined;
  return {
    callId: request.callId,
    localTag,
    // An RFC 2543 UAC has no From tag; its dialogs have an empty remote tag (§12.1.1).
    remoteTag: request.fromTag ?? '',
    local: `${request.headers.get('to') ?? ''};tag=${localTag}`,
    remote: request.headers.get('from') ?? '',
    target,
    routes: recordedRoutes(request),
    localCSeq: 0,
    remoteCSeq: request.cseq.number,
    state,
    role: 'uas',
  };
}

/**
 * The 2xx confirms an early dialog: the route set is taken from the 2xx anew, since a proxy may have left its Record-Route out of a 1xx
 * (§13.2.2.4). Afterwards it is frozen; only the target moves.
 */
export function confirmDialog(dialog: DialogState, response: SipResponse): DialogState {
  return {
    ...dialog,
    state: 'confirmed',
    remote: response.headers.get('to') ?? dialog.remote,
    target: contactUri(response) ?? dialog.target,
    routes: recordedRoutes(response).reverse(),
  };
}

/** Target refresh (§12.2): by a target refresh request that was accepted, or its 2xx. The route set stays. */
export function refreshTarget(dialog: DialogState, message: SipMessage): DialogState {
  const target = contactUri(message);
  return target === undefined || target === dialog.target ? dialog : { ...dialog, target };
}

/**
 * Takes the CSeq number of a request received in the dialog (§12.2.2); gaps are fine. Undefined: the number is not above the last one, so
 * the request is out of order (500), or the same one on a second path.
 */
export function receiveCSeq(dialog: DialogState, request: SipRequest): DialogState | undefined {
  const number = request.cseq.number;
  if (dialog.remoteCSeq !== undefined && number <= dialog.remoteCSeq) return undefined;
  return { ...dialog, remoteCSeq: number };
}

/** What is sent inside a dialog. */
export interface DialogRequest {
  readonly method: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array | undefined;
  /** Written only with a body; may as well stand among the headers. */
  readonly contentType?: string;
}

/** The next request inside the dialog (§12.2.1.1) and the dialog that has sent it. */
export function createDialogRequest(
  dialog: DialogState,
  wanted: DialogRequest,
): { readonly request: SipRequest; readonly dialog: DialogState } {
  const number = dialog.localCSeq + 1;
  return { request: dialogRequest(dialog, number, wanted), dialog: { ...dialog, localCSeq: number } };
}

/**
 * The ACK for a 2xx (§13.2.2.4): sent to the dialog's target and routes with the CSeq number of *its* INVITE, which the dialog may have
 * left behind, and with the INVITE's credentials (§22.1), since an ACK cannot be challenged. Where the INVITE is forgotten, its 2xx will do.
 */
export function createAck(dialog: DialogState, invite: SipMessage, body?: DialogRequest['body']): SipRequest {
  const credentials = ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    invite.headers.all(name).map((value): readonly [string, string] => [name, value]),
  );
  return dialogRequest(dialog, invite.cseq.number, {
    method: 'ACK',
    headers: credentials,
    body,
    contentType: 'application/sdp',
  });
}

function dialogRequest(dialog: DialogState, cseq: number, wanted: DialogRequest): SipRequest {
  const { uri, routes } = requestRoute(dialog);
  const { method, headers = [], body, contentType } = wanted;
  return createRequest({
    method,
    uri,
    headers: Headers.of(
      ['Max-Forwards', '70'],
      ...routes.map((route): [string, string] => ['Route', route]),
      ['From', dialog.local],
      ['To', dialog.remote],
      ['Call-ID', dialog.callId],
      ['CSeq', `${cseq} ${method}`],
      ...(dialog.privacy === undefined ? [] : [['Privacy', dialog.privacy] as const]),
      ...headers,
      ...(body === undefined || contentType === undefined ? [] : [['Content-Type', contentType] as const]),
    ),
    body,
  });
}

/** Request-URI and Route of a request with a route set (§12.2.1.1, §16.6 step 6). */
export function requestRoute(at: { readonly target: string; readonly routes: readonly string[] }): {
  readonly uri: string;
  readonly routes: readonly string[];
} {
  const [first, ...rest] = at.routes;
  const uriText = first === undefined ? undefined : bracketed(first);
  const uri = uriText === undefined ? undefined : parseUri(uriText);
  if (!uri?.ok || !isSipUri(uri.value) || uri.value.params.has('lr')) return { uri: at.target, routes: at.routes };
  // A strict router takes the Request-URI for the next hop, so it must be itself and the true target goes last. What a Request-URI may not
  // hold (§19.1.1: method, headers) is stripped.
  return { uri: printUri(requestUri(uri.value)), routes: [...rest, `<${at.target}>`] };
}

function bracketed(route: string): string {
  const start = route.indexOf('<');
  return start < 0 ? route : route.slice(start + 1, route.indexOf('>', start));
}

function recordedRoutes(message: SipMessage): string[] {
  return message.recordRoutes.map((route) => printNameAddr(route));
}

/** Without what the Contact of a dialog and a Request-URI may not hold (§19.1.1: method, headers). */
function contactUri({ contacts: [contact] }: SipMessage): string | undefined {
  if (!contact) return undefined;
  const { uri, uriText } = contact;
  const odd = isSipUri(uri) && (uri.headers !== undefined || uri.params.has('method'));
  return odd ? printUri(requestUri(uri)) : uriText;
}
