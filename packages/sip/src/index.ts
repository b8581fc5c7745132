// Syntax and encoding (§7, §19, §20, §25).

export * from './message/index.ts';

// The outside world as the core sees it.

export * from './runtime/index.ts';

// Flows (§18, RFC 3581, RFC 5626, RFC 7118).

export * from './transport/index.ts';

// Transactions (§17, RFC 6026, RFC 4320).

export * from './transaction/index.ts';

// Digest authentication (§22, RFC 7616, RFC 8760).

export * from './auth/index.ts';

// Event packages (RFC 6665 §5): the state that subscriptions carry.

export * from './events/index.ts';

// What a trace looks like.

export * from './trace/index.ts';

// What instant messages carry besides text (RFC 3862, 3994, 5438).

export * from './messaging/index.ts';

// Dialogs (§12).

export * from './dialog/index.ts';

// The user agent (§8, §10, §11, §13 to §15).

export * from './ua/index.ts';
