import type { SipRequest, SipResponse } from '../message/index.ts';
import {
  type Flow,
  type Sending,
  type SendOptions,
  type Target,
  TransportLayer,
  type TransportOptions,
  type TransportUser,
} from '../transport/index.ts';
import type { SessionIds } from './session-ids.ts';

/**
 * The transport layer of one that has nobody behind it: a response with more than one Via is not for us (§8.1.3.3), all that we say tells our
 * product (§20.35, §20.41), and what belongs to a call has a Session-ID, whoever made it (RFC 7989 §6).
 */
export class EndpointTransport extends TransportLayer {
  readonly #ids: SessionIds;
  readonly #product: string | undefined;

  constructor(options: TransportOptions, ids: SessionIds, product: string | undefined) {
    super(options);
    this.#ids = ids;
    this.#product = product;
  }

  override attach(user: TransportUser): void {
    super.attach({
      ...user,
      request: (request, flow) => {
        this.#ids.heard(request);
        user.request(request, flow);
      },
      response: (response, flow) => {
        if (response.vias.length !== 1) return;
        this.#ids.heard(response);
        user.response(response, flow);
      },
    });
  }

  override sendRequest(request: SipRequest, target: Target, options: SendOptions): Sending | undefined {
    return super.sendRequest(this.#stamp(request), target, options);
  }

  override transmit(request: SipRequest, flow: Flow): Sending | undefined {
    return super.transmit(this.#stamp(request), flow);
  }

  override sendResponse(response: SipResponse, flow: Flow): boolean {
    return super.sendResponse(this.#stamp(response), flow);
  }

  #stamp<T extends SipRequest | SipResponse>(message: T): T {
    const id = this.#ids.stamp(message);
    let { headers } = message;
    if (this.#product !== undefined)
      headers = headers.append(message.kind === 'request' ? 'User-Agent' : 'Server', this.#product);
    if (id !== undefined) headers = headers.append('Session-ID', id);
    return headers === message.headers ? message : (message.with({ headers }) as T);
  }
}
