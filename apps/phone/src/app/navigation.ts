import { useEffect } from 'react';
import { WIDE } from '../components/media-query.ts';
import { usePhone } from '../store/context.tsx';
import { parseInvitation, parseRoute, type Route } from '../store/route.ts';
import { type UiStore, without } from '../store/ui-store.ts';

/**
 * Shows a page or what was selected on it. A selection takes the stage from a call, which goes on in the bar above;
 * another page alone leaves the stage where there is room for both.
 */
export function open(store: UiStore, route: Route, wide: boolean): void {
  store.setState({ route });
  if (route.selection === undefined && wide) return;
  without(store, 'ladder');
  store.setState({ stage: 'page' });
}

/** Follows the fragment: links, the browser's own back and forward, and sign-in links opened in a tab that is already here. */
export function useNavigation(): void {
  const { ui } = usePhone();
  useEffect(() => {
    const follow = () => {
      const invitation = takeInvitation(window);
      if (invitation !== undefined) return ui.setState({ signIn: { invitation } });
      open(ui, parseRoute(location.hash), matchMedia(WIDE).matches);
    };
    // A press on the link of the page one is on changes no fragment, yet it asks for that page.
    const pressed = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#/"]') : null;
      if (link !== null && link.hash === location.hash) follow();
    };
    addEventListener('hashchange', follow);
    addEventListener('click', pressed);
    return () => {
      removeEventListener('hashchange', follow);
      removeEventListener('click', pressed);
    };
  }, [ui]);
}

/** Reads what a sign-in link brought and takes it out of the address bar and the history at once. */
export function takeInvitation(page: Pick<Window, 'location' | 'history'>) {
  const invitation = parseInvitation(page.location.hash);
  if (invitation !== undefined) page.history.replaceState(null, '', page.location.pathname + page.location.search);
  return invitation;
}
