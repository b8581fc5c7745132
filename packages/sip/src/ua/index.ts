export type { CallOptions } from './client-invite.ts';
export type {
  Account,
  EndReason,
  FlowState,
  KeepAliveOptions as FlowKeepAliveOptions,
  ReconnectOptions,
  RegistrationSnapshot,
  RegistrationState,
  SessionEnd,
  SessionSnapshot,
  UserAgentEvents,
  UserAgentOptions,
  UserAgentSnapshot,
} from './options.ts';
export type { Held, Party, Session, SessionState } from './session.ts';
export type { MediaRefusal, OfferWish, SessionDescriptionHandler } from './session-description-handler.ts';
export { UserAgent } from './user-agent.ts';
