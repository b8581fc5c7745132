import type { Timer } from '../runtime/index.ts';
import type { Destination, Flow, Target } from '../transport/index.ts';
import type { Core } from './core.ts';
import type { EndpointTransport } from './endpoint-transport.ts';
import type { LiveDialog } from './live-dialog.ts';
import type { Bindings, FlowState, RegistrationSnapshot, RegistrationState } from './options.ts';
import { optionsProbe } from './options-probe.ts';
import {
  bestFlow,
  choices,
  noWays,
  type Recovery,
  type RecoveryAction,
  type RecoveryEvent,
  step,
  type WayEvent,
} from './recovery.ts';
import { Registration, type RegistrationNumbers, type RegistrationUser } from './registration.ts';
import { defaultReconnect } from './retry-schedule.ts';
import { type FlowUser, ServerFlow } from './server-flow.ts';
import { type Waiting, WaitingRoom } from './waiting-room.ts';

/** The flows to our servers and the registrations over them: does what `recovery.ts` decides, and tells it what happened. */
export class Flows {
  readonly #core: Core;
  readonly #recover: (stalled: readonly string[]) => void;
  readonly #ways: readonly Way[];
  readonly #waiting: WaitingRoom;
  readonly #due: RecoveryAction[] = [];
  #busy = false;
  #recovery: Recovery;
  #registration: RegistrationState = { state: 'unregistered' };
  #last: Flow | undefined;

  /** `recover`: the calls and all else are to be told of the flow that requests take now. */
  constructor(
    core: Core,
    transport: EndpointTransport,
    recover: (stalled: readonly string[]) => void,
    before?: RegistrationSnapshot,
  ) {
    this.#core = core;
    this.#recover = recover;
    this.#waiting = new WaitingRoom(core);
    const { options } = core;
    const servers = [options.server].flat(1) as readonly (Destination | readonly Destination[])[];
    this.#recovery = noWays(
      servers.length,
      options.reconnect ? { ...defaultReconnect, ...options.reconnect } : defaultReconnect,
    );
    this.#ways = servers.map((server, way) => {
      const past = way === 0 ? before : before?.others?.[way - 1];
      return new Way(this, core, transport, [server].flat(), way, past && { ...past, wanted: before?.wanted ?? false });
    });
    this.#registration = this.#ways[0]?.registration.state ?? this.#registration;
    if (!before?.wanted) return;
    for (const [way, { flow }] of this.#ways.entries()) {
      flow.reachable = true;
      this.tell({ type: 'ask', way, wanted: true });
    }
  }

  get state(): FlowState {
    return bestFlow(this.#recovery);
  }

  get registration(): RegistrationState {
    return this.#registration;
  }

  get timers(): number {
    return this.#ways.reduce((sum, { flow }) => sum + flow.timers, 0);
  }

  /** The open flow that requests take. */
  get flow(): Flow | undefined {
    return this.#way()?.flow.flow;
  }

  /**
   * The value of our Contact in dialogs, by the flow that requests take or took last; `hidden`: one that does not tell our address of record.
   */
  contact(hidden?: boolean): string {
    return this.#last ? this.#core.identity.dialogContact(this.#last, hidden) : '';
  }

  /** Runs `ready` as soon as calls have been told of a flow, at once if there is one; `late` when there is none within `patience` ms. */
  whenOpen(patience: number, ready: () => void, late: () => void): Waiting {
    if (this.#recovery.main === undefined) return this.#waiting.enter(patience, ready, late);
    ready();
    return { cancel() {} };
  }

  /**
   * Where requests go, those of a dialog the way it came about, while that is open and not ours; undefined while there is no open flow.
   * `choice` > 0: the next best.
   */
  target(choice = 0, dialog?: LiveDialog): Target | undefined {
    const direct = choice === 0 && this.direct(dialog);
    if (direct)
      return direct.reliable ? { flow: direct } : { destination: { transport: direct.transport, ...direct.remote } };
    return this.#way(choice)?.target();
  }

  /** By UDP to the next address of that server (RFC 3263 §4.3), if there is one: `ServerFlow.failOver`. */
  failOver(failed: Target, tries: number): boolean {
    return this.#ways.some((way) => way.failOver(failed, tries));
  }

  /** The way past our servers that requests of the dialog take. */
  direct(dialog: LiveDialog | undefined): Flow | undefined {
    const direct = dialog?.direct;
    return direct?.state === 'open' && !this.leadsHome(direct) ? direct : undefined;
  }

  /** It leads to a server of ours. */
  leadsHome(flow: Flow): boolean {
    return this.#ways.some((way) => way.flow.flow === flow);
  }

  start(): void {
    this.tell({ type: 'start' });
  }

  stop(): void {
    for (const { registration } of this.#ways) registration.close();
    this.tell({ type: 'stop' });
  }

  register(): void {
    for (const { registration, flow } of this.#ways) {
      registration.register();
      flow.reachable = true;
    }
  }

  unregister(done: () => void = () => {}): void {
    let left = this.#ways.length;
    for (const { registration, flow } of this.#ways) {
      registration.unregister(() => {
        left -= 1;
        if (left === 0) done();
      });
      flow.reachable = false;
    }
  }

  fetch(told: (answer: Bindings) => void): void {
    const way = this.#way();
    if (way) way.registration.fetch(told);
    else told({ status: 503, bindings: [] });
  }

  network(): void {
    this.tell({ type: 'network' });
    for (const { registration } of this.#ways) registration.retryNow();
  }

  /** Media of that call stopped. */
  stalled(call: string): void {
    this.tell({ type: 'stalled', call });
  }

  snapshot(): RegistrationSnapshot {
    const [first, ...others] = this.#ways.map(({ registration }) => registration.snapshot());
    const { identity, credentials } = this.#core;
    return {
      ...(first as NonNullable<typeof first>),
      serviceRoutes: identity.serviceRoutes,
      ...(others.length > 0 && { others }),
      ...(identity.publicGruu !== undefined && { publicGruu: identity.publicGruu }),
      tempGruus: identity.tempGruus,
      ...credentials.snapshot(),
    };
  }

  set inCall(inCall: boolean) {
    for (const { flow } of this.#ways) flow.inCall = inCall;
  }

  // From the transport.

  heard(flow: Flow, bytes: Uint8Array): void {
    // Who reached us before our own flow is up gets a Contact all the same.
    this.#last ??= flow;
    for (const way of this.#ways) way.flow.heard(flow, bytes);
  }

  opened(flow: Flow): void {
    for (const way of this.#ways) way.flow.opened(flow);
  }

  /** `mourn` runs when it is no longer what requests take, and before calls hear of another: was it that? */
  closed(flow: Flow, cause: string, mourn: (main: boolean) => void): void {
    const main = flow === this.flow;
    const bereft = this.#ways.filter((way) => way.flow.flow === flow);
    this.#turn(() => {
      for (const way of this.#ways) way.flow.closed(flow, cause);
      mourn(main);
      for (const { registration } of bereft) registration.flowLost();
    });
  }

  tell(event: RecoveryEvent): void {
    const { clock, random, options, turns } = this.#core;
    const before = this.state;
    const dice = event.type === 'lost' ? random.number() : 0;
    const [recovery, actions] = step(this.#recovery, { ...event, now: clock.now(), dice });
    this.#recovery = recovery;
    const after = this.state;
    if (after !== before) turns.after(() => options.events.flow?.(after));
    this.#last = this.flow ?? this.#last;
    this.show();
    // State first, then act: what acting leads to waits for its turn.
    this.#turn(() => this.#due.push(...actions));
  }

  #turn(run: () => void): void {
    if (this.#busy) {
      run();
      return;
    }
    this.#busy = true;
    try {
      run();
      for (let action = this.#due.shift(); action; action = this.#due.shift()) this.#act(action);
    } finally {
      this.#busy = false;
    }
  }

  #act(action: RecoveryAction): void {
    const core = this.#core;
    switch (action.do) {
      case 'recover':
        this.#waiting.callAll();
        this.#recover(action.stalled);
        return;
      case 'restart':
        core.sessions.get(action.call)?.restartMedia({ iceRestart: true });
        return;
    }
    const { way } = action;
    const it = this.#ways[way];
    if (!it) return;
    switch (action.do) {
      case 'connect':
        it.retry?.cancel();
        it.flow.connect();
        break;
      case 'drop':
        it.retry?.cancel();
        it.flow.drop();
        break;
      case 'wait':
        it.retry?.cancel();
        it.retry = core.after(action.at - core.clock.now(), () => this.tell({ type: 'due', way }));
        break;
      case 'check':
        it.flow.check();
        break;
      case 'fail':
        it.flow.fail(action.cause);
        break;
      case 'register':
        it.registration.send();
    }
  }

  /** Shows the best of the registrations, and goes by what the registrar said over the flow that requests take (RFC 3608 §6.1). */
  show(): void {
    const states = this.#ways.map(({ registration }) => registration.state);
    const best = order.flatMap((state) => states.find((each) => each.state === state) ?? [])[0];
    const routes = this.#way()?.registration.serviceRoutes;
    if (routes) this.#core.identity.serviceRoutes = routes;
    if (!best || best === this.#registration) return;
    this.#registration = best;
    this.#core.turns.after(() => this.#core.options.events.registration?.(best));
  }

  asked(way: number): boolean {
    return this.#recovery.ways[way]?.asked === true;
  }

  #way(choice = 0): Way | undefined {
    return this.#ways[choices(this.#recovery)[choice] ?? -1];
  }
}

/** The flow to one server and the registration over it; a class of its own with few closures, since there may be thousands of user agents. */
class Way implements FlowUser, RegistrationUser {
  readonly flow: ServerFlow;
  readonly registration: Registration;
  retry: Timer | undefined;
  readonly #flows: Flows;
  readonly #core: Core;
  readonly #way: number;

  constructor(
    flows: Flows,
    core: Core,
    transport: EndpointTransport,
    servers: readonly Destination[],
    way: number,
    before: RegistrationNumbers | undefined,
  ) {
    this.#flows = flows;
    this.#core = core;
    this.#way = way;
    this.flow = new ServerFlow(core, transport, servers, this);
    this.registration = new Registration(core, way + 1, this, before);
  }

  /** There is no second choice: what is registered over a flow goes by that flow. */
  target(choice: number = 0): Target | undefined {
    const { flow } = this.flow;
    if (choice > 0 || !flow) return undefined;
    // By destination over UDP, so that a large request can go by TCP (§18.1.1).
    return flow.reliable ? { flow } : { destination: this.flow.server };
  }

  failOver(failed: Target, tries: number): boolean {
    return 'destination' in failed && this.flow.failOver(failed.destination, tries);
  }

  openFlow(): Flow | undefined {
    return this.flow.flow;
  }

  tell(event: WayEvent): void {
    this.#flows.tell({ ...event, way: this.#way });
  }

  probe(): void {
    const target = this.target();
    if (target) this.#core.transactions.request(optionsProbe(this.#core), target, { response() {}, failed() {} });
  }

  asked(): boolean {
    return this.#flows.asked(this.#way);
  }

  ask(wanted: boolean): void {
    this.tell({ type: 'ask', wanted });
  }

  changed(): void {
    this.#flows.show();
  }

  flowTimer(seconds: number): void {
    this.flow.flowTimer = seconds;
  }
}

const order: readonly RegistrationState['state'][] = ['registered', 'registering', 'failed', 'unregistered'];
