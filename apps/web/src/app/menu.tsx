import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useLayoutEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';
import { nextIndex } from './next-index.ts';
import { placeMenu } from './place-menu.ts';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly icon?: IconName;
  /** `danger`: what it leads to takes something away for good. */
  readonly tone?: 'danger';
  /** A line above it parts it from what comes before. */
  readonly apart?: boolean;
  /** Given: the item is one choice of several. */
  readonly checked?: boolean;
  readonly choose: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  readonly items: readonly MenuItem[];
  readonly heading?: string | undefined;
  /** Called when it is opened. */
  readonly opened?: () => void;
  /** For a key of the page that opens it. */
  readonly buttonId?: string;
}

/** A button with a menu, as https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/ describes it. */
export function Menu({ label, children, items, heading, ...rest }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!open || !list.current) return undefined;
    show(list.current, button.current);
    focusItem(box.current, { key: 'Home' });
    return onLeaving(box, () => setOpen(false));
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else if (!focusItem(box.current, event)) return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" ref={box} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        id={rest.buttonId}
        class={rest.class}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          if (!open) rest.opened?.();
          setOpen(!open);
        }}
      >
        {children}
      </button>
      {open && (
        <div id={id} ref={list} role="menu" aria-label={label} class="menu-items" popover="manual">
          {heading !== undefined && (
            <div class="menu-heading" aria-hidden="true">
              {heading}
            </div>
          )}
          {items.map((item) => (
            <MenuRow key={item.key} item={item} close={close} />
          ))}
        </div>
      )}
    </div>
  );
}

/** Over all else, whatever it hangs in scrolls or hides. */
function show(list: HTMLElement, button: HTMLElement | null): void {
  list.showPopover();
  if (!button) return;
  const { left, top } = placeMenu({
    button: button.getBoundingClientRect(),
    menu: { width: list.offsetWidth, height: list.offsetHeight },
    window: { width: document.documentElement.clientWidth, height: innerHeight },
  });
  list.style.left = `${left}px`;
  list.style.top = `${top}px`;
}

/** Calls when a press, a scroll or a new size of the window takes the menu's place away. Returns how to stop. */
function onLeaving(box: RefObject<HTMLElement | null>, leave: () => void): () => void {
  const ending = new AbortController();
  const options = { signal: ending.signal, capture: true };
  const onPointer = ({ target }: Event): void => {
    if (target instanceof Node && !box.current?.contains(target)) leave();
  };
  // What scrolls elsewhere, an answer that grows for one, leaves the button where it is.
  const onScroll = ({ target }: Event): void => {
    if (target instanceof Node && target.contains(box.current)) leave();
  };
  document.addEventListener('pointerdown', onPointer, options);
  document.addEventListener('scroll', onScroll, options);
  window.addEventListener('resize', leave, options);
  return () => ending.abort();
}

function MenuRow({ item, close }: { item: MenuItem; close: () => void }): JSX.Element {
  const { label, detail, icon, checked, tone, apart, choose } = item;
  return (
    <button
      type="button"
      class={[tone, apart === true ? 'is-apart' : ''].join(' ').trim() || undefined}
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      tabIndex={-1}
      onClick={() => {
        close();
        choose();
      }}
    >
      {icon && <Icon name={icon} />}
      {checked !== undefined && <Icon name={checked ? 'check' : 'dots'} />}
      <span class="menu-label">
        {label}
        {detail !== undefined && <small>{detail}</small>}
      </span>
    </button>
  );
}

/** Moves the focus among the items; false for a key that moves nothing. */
function focusItem(box: HTMLElement | null, event: { readonly key: string }): boolean {
  const items = [...(box?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  const now = items.findIndex((item) => item === document.activeElement);
  const next = nextIndex(event.key, { now, count: items.length });
  if (next === undefined) return false;
  items[next]?.focus();
  return true;
}
