import type { CDPSession, Page } from '@playwright/test';

/**
 * What the user agents in the page's SharedWorker hold, summed up. There is no door for tests in the product: the
 * debugger looks for the objects that can tell.
 */
export async function engineCounts(page: Page): Promise<Record<string, number>> {
  const debug = await page.context().newCDPSession(page);
  const { targetInfo } = await debug.send('Target.getTargetInfo');
  const { targetInfos } = await debug.send('Target.getTargets', { filter: [{ type: 'shared_worker' }] });
  const worker = targetInfos.find(({ browserContextId }) => browserContextId === targetInfo.browserContextId);
  if (worker === undefined) throw new Error('the page has no SharedWorker');
  const { sessionId } = await debug.send('Target.attachToTarget', { targetId: worker.targetId, flatten: false });
  try {
    const prototype = await ask<RemoteObject>(debug, sessionId, 'Runtime.evaluate', { expression: 'Object.prototype' });
    const { objects } = await ask<{ objects: { objectId: string } }>(debug, sessionId, 'Runtime.queryObjects', {
      prototypeObjectId: prototype.result.objectId,
    });
    const sums = await ask<RemoteObject>(debug, sessionId, 'Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: String(sumCounts),
      returnByValue: true,
    });
    return sums.result.value;
  } finally {
    await debug.detach();
  }
}

interface RemoteObject {
  readonly result: { readonly objectId: string; readonly value: Record<string, number> };
}

/** Runs in the worker, on all its objects: a user agent has sessions and counts. */
function sumCounts(this: readonly object[]): Record<string, number> {
  const sums: Record<string, number> = { userAgents: 0 };
  for (const object of this) {
    const prototype = Object.getPrototypeOf(object);
    const own = Object.getOwnPropertyDescriptor(prototype, 'counts')?.get;
    if (own === undefined || !('sessions' in prototype)) continue;
    sums['userAgents'] = (sums['userAgents'] ?? 0) + 1;
    for (const [name, count] of Object.entries(own.call(object) as Record<string, number>)) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

let asked = 0;

/** One question to an attached target, through the session of the page. */
function ask<Answer>(debug: CDPSession, sessionId: string, method: string, params: object): Promise<Answer> {
  const id = ++asked;
  return new Promise((done, fail) => {
    const hear = (event: { readonly sessionId: string; readonly message: string }): void => {
      const answer = JSON.parse(event.message);
      if (event.sessionId !== sessionId || answer.id !== id) return;
      debug.off('Target.receivedMessageFromTarget', hear);
      if (answer.error === undefined) done(answer.result);
      else fail(new Error(`${method}: ${answer.error.message}`));
    };
    debug.on('Target.receivedMessageFromTarget', hear);
    debug
      .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) })
      .catch(fail);
  });
}
