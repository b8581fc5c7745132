import { type RefObject, useEffect, useRef } from 'react';

/**
 * Takes over the focus from a button that went away with the press on it, such as Answer or Hang up: whoever works by keyboard
 * or ear goes on where the call is, not at the top of the page. A focus that is anywhere else stays there.
 */
export function useLostFocus<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    const { activeElement, body } = document;
    if (activeElement === null || activeElement === body) element.current?.focus({ preventScroll: true });
  }, []);
  return element;
}
