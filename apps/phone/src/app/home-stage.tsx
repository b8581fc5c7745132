import { Phone } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { AccountSnapshot } from '../bridge/index.ts';
import { Avatar } from '../components/avatar.tsx';
import { Copy } from '../components/copy.tsx';
import { Name } from '../components/text.tsx';
import { useCalling } from '../store/calling.ts';
import { useDirectory } from '../store/context.tsx';
import { sameAddress, shownAddress } from '../words/address.ts';
import { personAt } from '../words/names.ts';

const TILES = 6;

/** What one sees between calls: under what one can be reached, and who can be reached. */
export function HomeStage({ account }: { readonly account: AccountSnapshot }) {
  const directory = useDirectory();
  const { call } = useCalling();
  const extension = personAt(account.id, directory)?.extension ?? '';
  const name = account.displayName || shownAddress(account.id);
  const near = directory.people.filter((one) => one.reachable && !sameAddress(one.aor, account.id)).slice(0, TILES);
  return (
    <div className="flex min-h-full animate-appear flex-col items-center justify-center gap-2 px-6 py-10 text-center">
      <Avatar name={name} size="large" />
      <h2 className="mt-2 max-w-full break-words font-semibold text-20">
        <Name>{name}</Name>
      </h2>
      <p className="text-quiet">{account.status === 'registered' ? 'Calls reach you here' : 'Not connected yet'}</p>
      <div className="flex flex-wrap items-center justify-center">
        {extension !== '' && <Copy text={extension} />}
        <Copy text={account.id} />
      </div>
      {near.length > 0 && (
        <section aria-label="Reachable now" className="mt-8 w-full max-w-[32rem]">
          <h3 className="pb-3 text-12 text-quiet">Reachable now, one click to call</h3>
          <div className="flex flex-wrap justify-center gap-3">
            {near.map((one) => (
              <Button
                key={one.aor}
                aria-label={`Ring ${one.name}`}
                onPress={() => call(one.aor, one.name)}
                className="group flex w-36 flex-col items-center gap-2 rounded-card border border-line bg-surface p-4 transition data-[hovered]:bg-hover"
              >
                <Avatar name={one.name} />
                <Name className="w-full truncate font-medium">{one.name}</Name>
                <span className="tabular flex items-center gap-1.5 text-12 text-quiet">
                  <Phone aria-hidden="true" size={12} className="text-go-ink" />
                  {one.extension}
                </span>
              </Button>
            ))}
          </div>
        </section>
      )}
    </div>
  );
}
