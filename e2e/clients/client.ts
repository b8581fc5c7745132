/** What a test can do with another SIP client in a page. Incoming calls are answered at once. */
export interface Client {
  /** Resolves once registered. */
  register(): Promise<void>;
  call(target: string): Promise<void>;
  /** Hold and resume by re-INVITE. */
  hold(on: boolean): Promise<void>;
  hangUp(): Promise<void>;
  /** `idle` before the first call; `ended` after the last. */
  state(): 'idle' | 'calling' | 'connected' | 'ended';
}

export interface ClientLogin {
  readonly server: string;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

declare global {
  interface Window {
    client: Client;
    login: ClientLogin;
  }
}
