const PATHS = {
  overview: 'M4 19V11M10 19V5M16 19v-6M3 21h18',
  texts: 'M4 6h16M4 11h16M4 16h10',
  live: 'M3 12h4l3-7 4 14 3-7h4',
  alerts: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4',
  jobs: 'M12 4v11m0 0-4-4m4 4 4-4M4 19h16',
  pipeline: 'M4 6h6v5H4zM14 13h6v5h-6zM10 8.5h4.5V13',
  try: 'M4 5h16v10H9l-5 4z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1.5 1.5M17.5 17.5 19 19M5 19l1.5-1.5M17.5 6.5 19 5',
  moon: 'M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z',
  key: 'M14 10a4 4 0 1 0-3.5 4L13 16.5h2V19h3v2h3v-3z',
  close: 'M6 6l12 12M18 6 6 18',
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon. The element around it has the words. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
