import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';
import { nextIndex } from './next-index.ts';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly icon?: IconName;
  /** Given: the item is one choice of several. */
  readonly checked?: boolean;
  readonly choose: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  readonly items: readonly MenuItem[];
  readonly heading?: string;
}

/** A button with a menu, as https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/ describes it. */
export function Menu({ label, children, items, heading, class: name }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (!open) return undefined;
    focusItem(box.current, { key: 'Home' });
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
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
        class={name}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div id={id} role="menu" aria-label={label} class="menu-items">
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

function MenuRow({ item, close }: { item: MenuItem; close: () => void }): JSX.Element {
  const { label, detail, icon, checked, choose } = item;
  return (
    <button
      type="button"
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
