// Sockets.

export { type ConnectionLimits, defaultConnectionLimits } from './connection-limit.ts';
export { FlowInbox, type FlowUser } from './flow-user.ts';
export { SocketPort } from './socket-port.ts';
export {
  defaultStreamLimits,
  type StreamLimits,
  StreamListener,
  type StreamOptions,
  type StreamTls,
} from './stream.ts';
export { UdpListener, type UdpOptions } from './udp.ts';
export { WebSocketPort, type WebSocketPortOptions } from './websocket-client.ts';
export {
  defaultWebSocketLimits,
  refuse,
  WebSocketFlow,
  type WebSocketLimits,
  WebSocketListener,
  type WebSocketOptions,
} from './websocket-listener.ts';

// Addresses.

export { bracketed, isLoopback, isWildcard, matcher, type Network, parseNetwork, plainAddress } from './network.ts';

// A whole user agent.

export { FixedDescription, type FixedDescriptionOptions } from './fixed-description.ts';
export { nodeClock, nodeRandom } from './host.ts';
export { type NodePort, type NodePortOptions, openPort } from './node-port.ts';
export { type NodeUserAgent, type NodeUserAgentOptions, openUserAgent } from './node-user-agent.ts';
export { findServer, localAddressToward, nodeResolver } from './server-address.ts';
