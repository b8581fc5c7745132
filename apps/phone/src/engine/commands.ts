import type { Command, CommandResult, TabId } from '../bridge/protocol.ts';
import type { Accounts } from './accounts.ts';
import type { Call } from './call.ts';
import type { Calls } from './calls.ts';
import type { Device } from './device.ts';
import * as say from './messages.ts';
import { dialled } from './target.ts';
import { REGISTRATION, type Traces } from './trace.ts';

export interface CommandContext {
  readonly accounts: Accounts;
  readonly calls: Calls;
  readonly device: Device;
  readonly traces: Traces;
  newId(): string;
  changed(): void;
  dismissDropped(): Promise<void>;
}

const DONE: CommandResult = { ok: true };

/** Does what a tab asks, or says in words for a person why not. */
export async function obey(context: CommandContext, tab: TabId, command: Command): Promise<CommandResult> {
  const { accounts, calls, device, traces } = context;
  switch (command.type) {
    case 'sign-in':
      return accounts.signIn(command.login);
    case 'sign-out':
      await accounts.signOut(command.account);
      return DONE;
    case 'retry':
      return accounts.retry(command.account) ? DONE : say.refused(say.NO_ACCOUNT);
    case 'call':
      return dial(context, tab, command);
    case 'answer':
      return onCall(context, command.call, (call) => {
        if (call.session.state !== 'incoming') return say.refused(say.ELSEWHERE);
        calls.answer(call, tab, command.holdOthers);
        return { ok: true, call: call.id };
      });
    case 'decline':
      return onCall(context, command.call, (call) => {
        if (call.session.state !== 'incoming') return say.refused(say.ELSEWHERE);
        call.session.reject(486);
        return DONE;
      });
    case 'hang-up': {
      // Whatever state it is in: a person who hangs up is never told that it was too late.
      calls.get(command.call)?.session.hangUp();
      return DONE;
    }
    case 'hold':
      return onCall(context, command.call, (call) => {
        if (!call.connected) return say.refused(say.NOT_CONNECTED);
        calls.hold(call, command.on);
        return DONE;
      });
    case 'mute':
      return onCall(context, command.call, async (call) => {
        await calls.mute(call, command.on);
        return DONE;
      });
    case 'dtmf':
      return onCall(context, command.call, async (call) => {
        if (!/^[0-9*#A-D]$/i.test(command.digit)) return say.refused(say.NOT_A_DIGIT);
        if (!call.connected) return say.refused(say.NOT_CONNECTED);
        return (await calls.digit(call, command.digit)) ? DONE : say.refused(say.NO_DIGIT);
      });
    case 'save-contact':
      await device.saveContact({ ...command.contact, id: command.contact.id ?? context.newId() });
      break;
    case 'delete-contact':
      await device.deleteContact(command.id);
      break;
    case 'recents-seen':
      await device.recentsSeen();
      break;
    case 'delete-recent':
      await device.deleteRecent(command.id);
      break;
    case 'dismiss-ended':
      calls.dismiss(command.call);
      break;
    case 'dismiss-dropped':
      await context.dismissDropped();
      break;
    case 'watch-trace': {
      const { account, sipCallId } = command;
      traces.watch(tab, account, sipCallId);
      const callId = sipCallId === REGISTRATION ? traces.registrationCallId(account) : sipCallId;
      const kept = callId === undefined ? undefined : await accounts.events(account)?.kept(callId);
      traces.deliver(tab, account, sipCallId, kept ?? []);
      return DONE;
    }
    case 'unwatch-trace':
      traces.unwatch(tab, command.sipCallId);
      return DONE;
  }
  context.changed();
  return DONE;
}

function dial(
  { accounts, calls }: CommandContext,
  tab: TabId,
  command: Extract<Command, { type: 'call' }>,
): CommandResult {
  const account = accounts.get(command.account);
  if (!account) return say.refused(say.NO_ACCOUNT);
  const { userAgent } = account;
  if (!userAgent || !account.flowOpen) return say.refused(say.OFFLINE);
  const target = dialled(command.target, account.domain);
  if (target === undefined) return say.refused(say.NO_NUMBER);
  const call = calls.dial(account.id, tab, command.displayName, () => userAgent.call(target));
  return { ok: true, call: call.id, account: account.id };
}

async function onCall(
  { calls }: CommandContext,
  id: string,
  act: (call: Call) => CommandResult | Promise<CommandResult>,
): Promise<CommandResult> {
  const call = calls.get(id);
  return call?.live ? act(call) : say.refused(say.CALL_OVER);
}
