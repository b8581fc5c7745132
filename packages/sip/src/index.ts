// Syntax and encoding (§7, §19, §20, §25).

export { type BodyPart, type BodyRefusal, bodyOf, bodyParts, refuseBody } from './message/bodies.ts';
export { createRequest, createResponse, type ResponseParts } from './message/create.ts';
export { AuthValue, type Challenge, type Credentials } from './message/credentials.ts';
export { type CSeq, MAX_CSEQ, type RAck } from './message/cseq.ts';
export type { SyntaxFailure } from './message/failure.ts';
export { type HeaderField, Headers } from './message/headers.ts';
export { equalHost, isIPv4, isIPv6 } from './message/host.ts';
export { defaultParseLimits, type ParseLimits } from './message/limits.ts';
export { type SipMessage, SipRequest, SipResponse } from './message/message.ts';
export { type NameAddr, nameAddr, parseNameAddr, printNameAddr, withTag } from './message/name-addr.ts';
export type { Interval } from './message/numbers.ts';
export { parseQ } from './message/numbers.ts';
export { type Param, Params } from './message/params.ts';
export { type ParseFailure, parseMessage } from './message/parse.ts';
export { printMessage, startLine } from './message/print.ts';
export { reasonPhrase, treatAs } from './message/reason-phrase.ts';
export { type DialogReference, parseReplaces } from './message/replaces.ts';
export { type FramerEvent, SipStreamFramer } from './message/stream-framer.ts';
export { decodeText, encodeText, quote, unquote } from './message/text.ts';
export type { EventValue, MediaType, ReasonValue, TokenValue } from './message/tokens.ts';
export {
  escapeUriHeader,
  escapeUser,
  isSipUri,
  type OtherUri,
  parseUri,
  printUri,
  requestUri,
  type SipUri,
  sipUri,
  type Uri,
  unescapeUser,
  uriHeaders,
  withParams,
} from './message/uri.ts';
export { addressOfRecord, equalUri } from './message/uri-equality.ts';
export { validate } from './message/validate.ts';
export { MAGIC_COOKIE, parseVia, printVia, type Via, via, withViaParam } from './message/via.ts';
export type { Warning } from './message/warning.ts';

// The outside world as the core sees it.

export * from './runtime/index.ts';

// Flows (§18, RFC 3581, RFC 5626, RFC 7118).

export * from './transport/index.ts';

// Transactions (§17, RFC 6026, RFC 4320).

// Digest authentication (§22, RFC 7616, RFC 8760).
export {
  type Algorithm,
  type DigestInput,
  digestResponse,
  equalSecret,
  type HashName,
  ha1,
  hexHash,
  parseAlgorithm,
  printAlgorithm,
  userhash,
} from './auth/digest.ts';
export {
  type DigestAccount,
  DigestClient,
  type DigestClientOptions,
  type DigestFailure,
} from './auth/digest-client.ts';
export {
  type ChallengeParts,
  type DigestCredentials,
  printChallenge,
  readDigestCredentials,
  verifyDigest,
} from './auth/digest-server.ts';
export { hmacSha256, sha256 } from './auth/sha256.ts';
export * from './transaction/index.ts';
