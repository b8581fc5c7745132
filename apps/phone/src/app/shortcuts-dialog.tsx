import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Action } from '../components/button.tsx';
import { usePhone } from '../store/context.tsx';
import { SHORTCUTS } from './shortcuts.ts';

export function ShortcutsDialog() {
  const { ui } = usePhone();
  const close = () => ui.setState({ shortcutsOpen: false });
  return (
    <ModalOverlay
      isOpen
      onOpenChange={close}
      isDismissable
      className="fixed inset-0 z-50 grid animate-appear place-items-center bg-scrim p-4"
    >
      <Modal className="w-full max-w-[26rem] rounded-card bg-raised shadow-card">
        <Dialog className="p-6 outline-none">
          <Heading slot="title" className="font-semibold text-20">
            Keyboard shortcuts
          </Heading>
          <dl className="my-4 grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
            {SHORTCUTS.map(([keys, what]) => (
              <div key={keys} className="contents">
                <dt className="flex gap-1">
                  {keys.split(' ').map((key) => (
                    <kbd key={key} className="rounded border border-line bg-control px-1.5 py-0.5 font-sans text-12">
                      {key}
                    </kbd>
                  ))}
                </dt>
                <dd className="text-quiet">{what}</dd>
              </div>
            ))}
          </dl>
          <Action onPress={close} wide>
            Close
          </Action>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
