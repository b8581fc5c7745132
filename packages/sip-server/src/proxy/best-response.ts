import { Headers, type SipResponse } from '@ringback/sip';

/**
 * §16.7 step 6: the one final response to forward among those of all branches. 6xx first, whatever else came; otherwise
 * the lowest class. Within it those come first that tell the caller what to change, then what a person said, and last
 * what only a machine noticed.
 */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | undefined {
  let best: SipResponse | undefined;
  for (const response of responses) if (best === undefined || rank(response) < rank(best)) best = response;
  return best === undefined ? undefined : withAllChallenges(best, responses);
}

function rank({ status }: SipResponse): number {
  if (status >= 600) return 0;
  const within = FIRST.includes(status)
    ? FIRST.indexOf(status)
    : LAST.includes(status)
      ? 40 + LAST.indexOf(status)
      : 20;
  return Math.floor(status / 100) * 100 + within;
}

const FIRST: readonly number[] = [401, 407, 415, 420, 484];
const LAST: readonly number[] = [430, 481, 408, 487];

/** §16.7 step 7: the challenges of all 401 and 407 go into the one that is forwarded, each on its own line. */
function withAllChallenges(best: SipResponse, responses: readonly SipResponse[]): SipResponse {
  if (!isChallenge(best)) return best;
  const others = responses.filter((response) => response !== best && isChallenge(response));
  const challenges = others.flatMap(({ headers }) =>
    headers.fields.filter(({ key }) => key === 'www-authenticate' || key === 'proxy-authenticate'),
  );
  return challenges.length === 0 ? best : best.with({ headers: new Headers([...best.headers.fields, ...challenges]) });
}

function isChallenge({ status }: SipResponse): boolean {
  return status === 401 || status === 407;
}
