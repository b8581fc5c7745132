/** Where the log-ins are. Several user names, one per device, may lead to one AOR. */
export interface CredentialStore {
  find(username: string, realm: string): Promise<StoredCredential | undefined>;
}

export interface StoredCredential {
  readonly username: string;
  /** Canonical address of record this log-in may speak for. */
  readonly aor: string;
  /** H(username:realm:password) in hex (RFC 7616 §3.4.2); passwords are not kept. */
  readonly ha1: { readonly md5: string; readonly sha256: string };
}
