export type { CallOptions } from './client-invite.ts';
export type { IncomingSubscription, NotifierOptions } from './events/incoming-subscription.ts';
export type { Publication, PublicationState, PublishOptions } from './events/publication.ts';
export type { SubscribeOptions, Subscription, SubscriptionState } from './events/subscription.ts';
export type { InfoPackage } from './info.ts';
export type { IncomingMessage, MessageOutcome, MessageParts } from './messages.ts';
export type {
  Account,
  Binding,
  Bindings,
  EndReason,
  FlowState,
  KeepAliveOptions as FlowKeepAliveOptions,
  PushOptions,
  ReconnectOptions,
  RegistrationSnapshot,
  RegistrationState,
  SessionEnd,
  SessionSnapshot,
  SessionTimerSnapshot,
  UserAgentEvents,
  UserAgentOptions,
  UserAgentSnapshot,
} from './options.ts';
export type { Held, Party, Redirect, Session, SessionState } from './session.ts';
export type { AnswerWish, MediaRefusal, OfferWish, SessionDescriptionHandler } from './session-description-handler.ts';
export type { Referral } from './transfer/referral.ts';
export type { DialogRef, Taking } from './transfer/replaces.ts';
export type { TransferProgress } from './transfer/transfer.ts';
export { trickleIce } from './trickle.ts';
export { UserAgent } from './user-agent.ts';
