import { TransportLayer, type TransportUser } from '../transport/index.ts';

/** The transport layer of one that has nobody behind it: a response with more than one Via is not for us (§8.1.3.3). */
export class EndpointTransport extends TransportLayer {
  override attach(user: TransportUser): void {
    super.attach({
      ...user,
      response: (response, flow) => {
        if (response.vias.length === 1) user.response(response, flow);
      },
    });
  }
}
