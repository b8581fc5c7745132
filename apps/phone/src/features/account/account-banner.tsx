import { CloudOff } from 'lucide-react';
import type { AccountSnapshot } from '../../bridge/index.ts';
import { Banner } from '../../components/banner.tsx';
import { Action } from '../../components/button.tsx';
import { useNow } from '../../components/now.ts';
import { usePhone, useSend } from '../../store/context.tsx';
import { problemDetails, problemWords } from '../../words/problem-words.ts';

/** Why calls cannot be made or received right now, and what to do. */
export function AccountBanner({ account }: { readonly account: AccountSnapshot }) {
  const now = useNow();
  const { ui } = usePhone();
  const send = useSend();
  if (account.problem === undefined || account.status === 'registered') return null;
  const words = problemWords(account.problem, account, now);
  const details = problemDetails(account.problem);
  return (
    <Banner
      tone={account.status === 'failed' ? 'stop' : 'warn'}
      icon={<CloudOff size={18} />}
      label="Account problem"
      actions={
        <>
          {words.action === 'edit' && (
            <Action variant="quiet" onPress={() => ui.setState({ signIn: { edit: account.id } })}>
              Edit account
            </Action>
          )}
          {words.action === 'retry' && (
            <Action variant="quiet" onPress={() => void send({ type: 'retry', account: account.id })}>
              Retry now
            </Action>
          )}
        </>
      }
    >
      <strong className="font-semibold">{words.headline}</strong>
      {words.hint !== undefined && <span> {words.hint}</span>}
      {details !== '' && (
        <details className="inline-block pl-2 text-12">
          <summary className="cursor-pointer">Details</summary>
          {details}
        </details>
      )}
    </Banner>
  );
}
