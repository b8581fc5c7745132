export { defaultTimers, type TimerValues } from './timers.ts';
export { TransactionLayer, type TransactionLimits, type TransactionOptions } from './transaction-layer.ts';
export type {
  ClientState,
  ClientTransaction,
  ClientTransactionUser,
  FailureCause,
  ServerState,
  ServerTransaction,
  TerminationCause,
  TransactionUser,
} from './users.ts';
