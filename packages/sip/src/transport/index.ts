export {
  type Address,
  type Destination,
  defaultPort,
  type Flow,
  isReliable,
  isStream,
  isWebSocket,
  type Target,
  type TransportName,
  type TransportPort,
} from './flow.ts';
export { type KeepAliveOptions, PING } from './keep-alive.ts';
export { locate, type NaptrRecord, type Resolver, type SrvRecord } from './locate.ts';
export type { Sending } from './sending.ts';
export { statelessTag } from './stateless-tag.ts';
export {
  type SendOptions,
  TransportLayer,
  type TransportLimits,
  type TransportOptions,
  type TransportTrace,
} from './transport-layer.ts';
export type { TransportUser } from './transport-user.ts';
export type { SentBy } from './via-stamp.ts';
