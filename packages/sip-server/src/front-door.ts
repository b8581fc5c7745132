import {
  createResponse,
  type Flow,
  type SipRequest,
  statelessTag,
  TransportLayer,
  type TransportOptions,
  type TransportUser,
} from '@ringback/sip';

/** What a request is refused with before any state is kept for it. */
export interface QuickRefusal {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * The transport layer with a door before the transactions: a datagram from someone who has proved nothing is answered
 * without keeping anything, once for each copy, so that a flood fills no table and a forged source gets no more than it
 * asked for (RFC 3261 §26.3.2.4, SEC-GW-05).
 */
export class FrontDoor extends TransportLayer {
  readonly #refuse: (request: SipRequest, flow: Flow) => QuickRefusal | undefined;

  constructor(options: TransportOptions, refuse: (request: SipRequest, flow: Flow) => QuickRefusal | undefined) {
    super(options);
    this.#refuse = refuse;
  }

  override attach(user: TransportUser): void {
    super.attach({
      request: (request, flow) => {
        const refusal = flow.reliable ? undefined : this.#refuse(request, flow);
        if (refusal === undefined) user.request(request, flow);
        else this.#answer(request, flow, refusal);
      },
      response: (response, flow) => user.response(response, flow),
      flowOpened: (flow) => user.flowOpened?.(flow),
      flowClosed: (flow, cause) => user.flowClosed(flow, cause),
      malformed: (failure, flow) => user.malformed?.(failure, flow),
    });
  }

  #answer(request: SipRequest, flow: Flow, { status, headers }: QuickRefusal): void {
    this.sendResponse(createResponse(request, status, { toTag: statelessTag(request), headers }), flow);
  }
}
