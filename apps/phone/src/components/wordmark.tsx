/** Two arcs that ring towards each other, and the name. */
export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5">
      <svg aria-hidden="true" viewBox="0 0 32 32" className="size-8">
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
          <path d="M9 21.5a9.2 9.2 0 0 1 14 0" />
          <path d="M23 10.5a9.2 9.2 0 0 1-14 0" opacity="0.62" />
        </g>
        <circle cx="16" cy="16" r="2.4" fill="#fff" />
      </svg>
      <span className="font-semibold text-20">Ringback</span>
    </span>
  );
}
