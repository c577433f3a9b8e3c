import type { JSX } from 'preact';

const paths = {
  menu: 'M4 7h16M4 12h16M4 17h10',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4',
  close: 'M6 6l12 12M18 6 6 18',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M7 7l10 10M17 7 7 17',
  question: 'M9.5 9.3a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.4 1-1.4 2.1M12 17h.01',
  fork: 'M7 20V4M7 14c6 0 10-1 10-7M14 9l3-3 3 3',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  fold: 'M5 5h14M5 19h14M12 8v8M9.5 10.5 12 8l2.5 2.5M9.5 13.5 12 16l2.5-2.5',
  book: 'M5 5.5A2.5 2.5 0 0 1 7.5 3H19v14H7.5A2.5 2.5 0 0 0 5 19.5V5.5ZM5 19.5A1.5 1.5 0 0 0 6.5 21H19v-4',
  bars: 'M5 20v-6M12 20V5M19 20v-9',
  bubble: 'M5 5h14v11h-7l-4 4v-4H5z',
  back: 'M9 7l-5 5 5 5M4 12h10a5 5 0 0 1 0 10',
  chevron: 'M9 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  dots: 'M6 12h.01M12 12h.01M18 12h.01',
  pencil: 'M5 19l1-4L16 5l3 3L9 18l-4 1Z',
  archive: 'M4 5h16v4H4zM6 9v10h12V9M10 13h4',
  bringBack: 'M4 5h16v4H4zM6 9v10h12V9M12 17v-5M9.5 14l2.5-2.5 2.5 2.5',
  retry: 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5',
  clip: 'M19 11l-7.5 7.5a4.2 4.2 0 0 1-6-6L13 5a2.8 2.8 0 0 1 4 4l-7.4 7.4a1.4 1.4 0 0 1-2-2L14 8',
  shield: 'M12 4l7 2.5V12c0 4-3 6.8-7 8-4-1.2-7-4-7-8V6.5L12 4Z',
  tool: 'M14.5 6.5a4 4 0 0 0 4.7 5.2L12 19l-3-3 7.3-7.2M14.5 6.5 17 4a4 4 0 0 0-6 5.3L4.5 15.8l3.7 3.7',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 8v4.5l3 1.8',
  sliders: 'M4 8h9M17 8h3M4 16h3M11 16h9M15 10V6M9 18v-4',
  branches: 'M6 4v11a3 3 0 0 0 3 3h9M6 8h12',
  warning: 'M12 5l8 14H4l8-14ZM12 10.5v4M12 17h.01',
} as const;

export type IconName = keyof typeof paths;

/** A small line drawing that says nothing to screen readers: what it stands in has a name of its own. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The eye of a cuttlefish, whose pupil is a W. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <rect class="mark-field" width="48" height="48" rx="13" />
      <ellipse class="mark-eye" cx="24" cy="24" rx="16" ry="12.5" />
      <path
        class="mark-pupil"
        d="M13 20c1.5 6.5 3.5 8.5 5.5 8.5s3.5-2 5.5-6c2 4 3.5 6 5.5 6s4-2 5.5-8.5"
      />
    </svg>
  );
}
