export type { CredentialStore, StoredCredential } from './credential-store.ts';
