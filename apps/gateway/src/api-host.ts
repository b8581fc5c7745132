import { signIn, signOut } from './accounts/sign-in.ts';
import type { ApiHost } from './http/api.ts';
import type { EventStreams } from './http/event-stream.ts';
import { type GatewayOptions, VERSION } from './options.ts';
import { listPeople, type PeopleSource } from './people.ts';
import type { Store } from './store/store.ts';
import type { TraceStore } from './trace/trace-store.ts';

export interface ApiParts {
  readonly options: GatewayOptions;
  readonly secure: boolean;
  readonly store: Store;
  readonly trace: TraceStore;
  readonly events: EventStreams;
  readonly counts: () => Readonly<Record<string, number>>;
  /** Of the embedded registrar; `undefined` in front of an upstream server. */
  readonly registrar: PeopleSource | undefined;
}

/** Joins the API to what stands behind it. */
export function apiHost({ options, secure, store, trace, events, counts, registrar }: ApiParts): ApiHost {
  const now = Date.now;
  return {
    version: VERSION,
    mode: registrar === undefined ? 'upstream' : 'embedded',
    domain: options.domain,
    lan: options.lan,
    secure,
    events,
    counts,
    now,
    healthy: () => !store.bindings.failing,
    findSession: (cookie) => store.sessions.find(cookie, now()),
    createSession: () => store.sessions.create(now()),
    holds: (session, aor) => store.sessions.holds(session, aor),
    ...(registrar === undefined
      ? {}
      : {
          signIn: (token: string, device: string, session: string | undefined) =>
            signIn(store, registrar.directory, { token, device, session }, now()),
        }),
    signOut: (session, aor) => signOut(store, registrar?.directory, session, aor),
    people: async () => (registrar === undefined ? [] : listPeople(registrar)),
    trace: (aor, callId) => trace.entries(aor, callId),
  };
}
