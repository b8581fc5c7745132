import { useEffect, useRef } from 'react';
import type { CallSnapshot } from '../../bridge/index.ts';
import { Avatar } from '../../components/avatar.tsx';
import { usePhone } from '../../store/context.tsx';

/** The far party's picture: a ring pulses while it rings, and swells with the voice while it speaks. */
export function Portrait({ call, name }: { readonly call: CallSnapshot; readonly name: string }) {
  const ringing = call.state === 'ringing' || call.state === 'dialing';
  const held = call.state === 'connected' && (call.hold.here || call.hold.there);
  return (
    <span className={`relative grid place-items-center transition ${held ? 'opacity-80' : ''}`}>
      {ringing && <span className="absolute size-32 animate-pulse-ring rounded-full bg-accent-soft" />}
      {call.state === 'connected' && !held && <Voice call={call.id} />}
      <span className="relative">
        <Avatar name={name} size="huge" />
      </span>
    </span>
  );
}

function Voice({ call }: { readonly call: string }) {
  const { bridge } = usePhone();
  const ring = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    let frame = 0;
    let shown = 0;
    const draw = () => {
      shown += (bridge.levels(call).there - shown) * 0.25;
      if (ring.current !== null) ring.current.style.transform = `scale(${(1 + Math.min(shown, 1) * 0.22).toFixed(3)})`;
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [bridge, call]);
  return <span ref={ring} className="absolute size-32 rounded-full bg-accent-soft" />;
}
