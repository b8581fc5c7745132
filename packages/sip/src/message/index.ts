/** Syntax and encoding (§7, §19, §20, §25). */

export {
  type BodyPart,
  type BodyRefusal,
  bodyOf,
  bodyParts,
  type NewPart,
  printMultipart,
  readBody,
  refuseBody,
} from './bodies.ts';
export { type InfoUri, readAlertInfo, readCallInfo } from './call-info.ts';
export { createRequest, createResponse, type ResponseParts } from './create.ts';
export { AuthValue, type Challenge, type Credentials } from './credentials.ts';
export { type CSeq, MAX_CSEQ, type RAck } from './cseq.ts';
export { escapeUriHeader } from './escape.ts';
export type { SyntaxFailure } from './failure.ts';
export type { HeaderField } from './header-field.ts';
export { Headers } from './headers.ts';
export { equalHost, isIPv4, isIPv6 } from './host.ts';
export { readInReplyTo } from './in-reply-to.ts';
export { readInfoPackage, readRecvInfo } from './info-package.ts';
export { defaultParseLimits, type ParseLimits } from './limits.ts';
export { type SipMessage, SipRequest, SipResponse } from './message.ts';
export { type NameAddr, nameAddr, parseNameAddr, printNameAddr, withTag } from './name-addr.ts';
export type { Interval } from './numbers.ts';
export { parseQ } from './numbers.ts';
export { type Param, Params } from './params.ts';
export { type ParseFailure, parseMessage } from './parse.ts';
export { printMessage, startLine } from './print.ts';
export { reasonPhrase, treatAs } from './reason-phrase.ts';
export { type DialogReference, parseReplaces } from './replaces.ts';
export { type ResourcePriority, readResourcePriority } from './resource-priority.ts';
export { NIL_UUID, printSessionId, readSessionId, type SessionId } from './session-id.ts';
export { type FramerEvent, SipStreamFramer } from './stream-framer.ts';
export { readTargetDialog, type TargetDialog } from './target-dialog.ts';
export { decodeText, encodeText, quote, unquote } from './text.ts';
export type { EventValue, MediaType, ReasonValue, TokenValue } from './tokens.ts';
export {
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
  withUriParts,
} from './uri.ts';
export { addressOfRecord, equalUri } from './uri-equality.ts';
export { printUserToUser, readUserToUser, type UserToUser } from './user-to-user.ts';
export { validate } from './validate.ts';
export { MAGIC_COOKIE, parseVia, printVia, type Via, via, withViaParam } from './via.ts';
export type { Warning } from './warning.ts';
