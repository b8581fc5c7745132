import { fileURLToPath } from 'node:url';
import { type Clock, type Flow, isWebSocket, type Log, systemClock } from '@ringback/sip';
import { bracketed, FlowInbox, type FlowUser, matcher } from '@ringback/sip-node';
import { MemoryLocationService } from '@ringback/sip-server';
import { Directory } from './accounts/directory.ts';
import { type Invitation, openInvitations, seedAccounts } from './accounts/first-run.ts';
import { FloodLimit } from './adapters/flood-limit.ts';
import { apiHost } from './api-host.ts';
import { CleanUp } from './clean-up.ts';
import { EventStreams } from './http/event-stream.ts';
import { isBuilt } from './http/static-files.ts';
import type { GatewayOptions } from './options.ts';
import { PeopleFeed } from './people.ts';
import { makePlan, type Plan } from './plan.ts';
import { errorText, Problem } from './problem.ts';
import type { Registrar } from './registrar-accounts.ts';
import { openSipPorts, portsText, type SipPorts, type SipPortsOptions } from './sip-ports.ts';
import { makeSipServer, trustOf } from './sip-side.ts';
import { databaseProblem } from './store/database.ts';
import { lockDirectory } from './store/lock.ts';
import { Store } from './store/store.ts';
import { TraceStore } from './trace/trace-store.ts';
import { openWeb } from './web-side.ts';

/** A gateway that is up. */
export interface Gateway {
  /** `http://127.0.0.1:8080` */
  readonly webUrl: string;
  readonly webSocketUrl: string;
  /** `sip:127.0.0.1:5060` */
  readonly sipUri: string;
  /** What desk phones reach it by: `5060 (UDP, TCP), 5061 (TLS)` */
  readonly sipPorts: string;
  readonly plan: Plan;
  /** There is a phone to serve. */
  readonly built: boolean;
  /** Sign-in links nobody has used yet. */
  readonly invitations: readonly Invitation[];
  /** Refuses new work, lets calls being set up finish for a moment, writes what is unwritten, closes. */
  close(): Promise<void>;
}

/** Where `npm run build` puts the phone. */
export const PHONE = fileURLToPath(new URL('../../phone/dist', import.meta.url));

const LOCK_WAIT_MS = 300;
/**
 * Right after the answer, all that came in the same turn of the event loop as one commit. It costs no sync (`normal`
 * durability), so waiting for more would save little, and lose what a `kill -9` finds unwritten.
 */
const BINDINGS_GATHER_MS = 0;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Opens everything in the order of dependence; what fails on the way undoes what was opened before it. */
export async function startGateway(options: GatewayOptions, log: Log, phone: string = PHONE): Promise<Gateway> {
  const cleanUp = new CleanUp();
  try {
    return await open(options, log, phone, cleanUp);
  } catch (error) {
    await cleanUp.run();
    throw databaseProblem(error, options.data);
  }
}

async function open(options: GatewayOptions, log: Log, phone: string, cleanUp: CleanUp): Promise<Gateway> {
  const store = openStore(options.data, log, cleanUp);
  const plan = await makePlan(options, Date.now());
  store.settings.set('upstream', plan.upstream?.uri ?? '');
  const clock = systemClock({ now: Date.now, setTimeout, clearTimeout });
  const events = new EventStreams();
  const trace = traceFor(events);
  const registrar =
    plan.upstream === undefined ? openRegistrar(options, store, clock, log, events, cleanUp) : undefined;

  const inbox = new FlowInbox();
  const user = limited(inbox, options, plan, log);
  const ports = await openSipPorts(sipPortsOptions(options, plan, user, log));
  cleanUp.add(() => ports.close());
  const secure = plan.tls !== undefined;
  const api = apiHost({ options, secure, store, trace, events, registrar, counts: () => ({ ...server.counts }) });
  const { http, sockets } = await openWeb({ options, plan, api, user, log, phone });
  cleanUp.add(() => http.close());

  const webPort = http.local.port;
  const registered = user.registered.bind(user);
  const server = makeSipServer({ options, plan, clock, log, ports, webPort, store, trace, registrar, registered });
  cleanUp.add(() => server.close());
  inbox.attach(server);

  const urls = urlsOf(plan, webPort, ports);
  const sipPorts = portsText(ports.udp.local.port, ports.tls?.local.port);
  store.settings.set('url', urls.webUrl);
  store.settings.set('sip-host', plan.advertisedSip);
  store.settings.set('sip-ports', sipPorts);
  return {
    ...urls,
    sipPorts,
    plan,
    built: isBuilt(phone),
    invitations: registrar === undefined ? [] : openInvitations(store, registrar.directory, Date.now()),
    async close() {
      http.stop();
      events.close();
      await server.drain();
      await sockets.close();
      await cleanUp.run();
    },
  };
}

/** The data directory is this process's alone as long as it runs; `--invite` beside it writes accounts and links only. */
function openStore(directory: string, log: Log, cleanUp: CleanUp): Store {
  const lock = lockDirectory(directory, LOCK_WAIT_MS);
  if (lock === undefined) {
    throw new Problem(
      `a gateway is running with the data directory ${directory}; stop it, or choose another with --data`,
    );
  }
  cleanUp.add(() => lock.release());
  const store = new Store(directory, {
    now: Date.now,
    onWritten: (error) => {
      if (error === undefined) log('info', 'bindings-written-again');
      else log('error', 'bindings-not-written', { error: errorText(error) });
    },
  });
  cleanUp.add(() => store.close());
  store.prune(Date.now());
  const daily = setInterval(() => prune(store, log), DAY_MS);
  cleanUp.add(() => clearInterval(daily));
  return store;
}

/** On a full disk there is nothing to be forgotten today. */
function prune(store: Store, log: Log): void {
  try {
    store.prune(Date.now());
  } catch (error) {
    log('error', 'store-not-pruned', { error: errorText(error) });
  }
}

function openRegistrar(
  options: GatewayOptions,
  store: Store,
  clock: Clock,
  log: Log,
  events: EventStreams,
  cleanUp: CleanUp,
): Registrar {
  const directory = new Directory(store, { domain: options.domain, now: Date.now });
  store.settings.set('domain', options.domain);
  seedAccounts(store, directory, options.accounts, Date.now());
  const location = new MemoryLocationService({
    clock,
    log,
    store: store.bindings,
    changed: () => people.changed(),
    limits: { writeDelay: BINDINGS_GATHER_MS },
  });
  cleanUp.add(() => location.close());
  const people = new PeopleFeed(events, { directory, location }, () => store.version());
  cleanUp.add(() => people.close());
  return { directory, location };
}

function traceFor(events: EventStreams): TraceStore {
  return new TraceStore({
    added: (entry, parties) =>
      events.each((watcher) => {
        if (parties.has(watcher.aor)) watcher.send('trace', entry);
      }),
  });
}

/** On the SIP ports of an edge only its upstream server is heard, and that one is trusted. */
function limited(user: FlowUser, options: GatewayOptions, plan: Plan, log: Log): FloodLimit {
  const trusted = trustOf(options);
  const exempt = (flow: Flow): boolean =>
    trusted(flow) || (plan.upstream !== undefined && !isWebSocket(flow.transport));
  return new FloodLimit({ user, now: Date.now, log, exempt });
}

function sipPortsOptions(options: GatewayOptions, plan: Plan, user: FlowUser, log: Log): SipPortsOptions {
  const common = { host: plan.sipHost, port: options.sipPort, user, log };
  if (plan.upstream !== undefined) {
    const addresses = plan.upstream.addresses.map((address) => ({ address, prefix: address.includes(':') ? 128 : 32 }));
    return { ...common, accepts: matcher(addresses) };
  }
  return plan.tls === undefined ? common : { ...common, tls: plan.tls };
}

function urlsOf(plan: Plan, webPort: number, ports: SipPorts): Pick<Gateway, 'webUrl' | 'webSocketUrl' | 'sipUri'> {
  const web = `${bracketed(plan.advertisedWeb)}:${webPort}`;
  const letter = plan.tls === undefined ? '' : 's';
  return {
    webUrl: `http${letter}://${web}`,
    webSocketUrl: `ws${letter}://${web}/ws`,
    sipUri: `sip:${bracketed(plan.advertisedSip)}:${ports.udp.local.port}`,
  };
}
