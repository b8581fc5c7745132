import { encodeText, Headers, quote, type SipRequest } from '@ringback/sip';

/**
 * What only a trusted element may say (RFC 3325 §5, RFC 7315, RFC 3327 §5, RFC 7044): taken off every request of a
 * client, so that nothing behind us believes it. The parser knows one name for each, however it is spelled.
 */
const ASSERTIONS: ReadonlySet<string> = new Set([
  'p-asserted-identity',
  'p-preferred-identity',
  'p-asserted-service',
  'p-associated-uri',
  'p-called-party-id',
  'p-charging-function-addresses',
  'p-charging-vector',
  'p-private-network-indication',
  'p-profile-key',
  'p-served-user',
  'p-user-database',
  'p-visited-network-id',
  'remote-party-id',
  'feature-caps',
  'history-info',
  'path',
  'service-route',
]);

export function withoutAssertions(request: SipRequest): SipRequest {
  const { fields } = request.headers;
  const kept = fields.filter(({ key }) => !ASSERTIONS.has(key));
  return kept.length === fields.length ? request : request.with({ headers: new Headers(kept) });
}

/**
 * Credentials for our own realm have been read where they were meant to be read (§22.3); others go on. An `Authorization`
 * for it is meant for our registrar: a callee could only guess the password by it.
 */
export function withoutCredentials(request: SipRequest, realm: string): SipRequest {
  const own = `realm=${quote(encodeText(realm))}`;
  const { fields } = request.headers;
  const kept = fields.filter(({ key, value }) => !CREDENTIALS.has(key) || !value.includes(own));
  return kept.length === fields.length ? request : request.with({ headers: new Headers(kept) });
}

const CREDENTIALS: ReadonlySet<string> = new Set(['proxy-authorization', 'authorization']);
