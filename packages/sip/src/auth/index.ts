/** Digest authentication (§22, RFC 7616, RFC 8760). */
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
} from './digest.ts';
export {
  type DigestAccount,
  DigestClient,
  type DigestClientOptions,
  type DigestFailure,
  type DigestSnapshot,
} from './digest-client.ts';
export {
  type ChallengeParts,
  type DigestCredentials,
  printChallenge,
  readDigestCredentials,
  verifyDigest,
} from './digest-server.ts';
export { hmacSha256, sha256 } from './sha256.ts';
