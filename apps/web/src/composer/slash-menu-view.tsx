import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Command } from './slash-menu.ts';

export interface SlashMenuProps {
  readonly id: string;
  readonly commands: readonly Command[];
  readonly active: number;
  readonly choose: (command: Command, then: 'send' | 'write') => void;
}

/** The commands that fit. The focus stays in the message box, which names the active one. */
export function SlashMenu({ id, commands, active, choose }: SlashMenuProps): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ul class="slash-menu" id={id} role="listbox" aria-label="Commands" tabIndex={0} ref={list}>
      {commands.map((command, index) => (
        <li
          key={command.name}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // A press must not take the focus out of the message box.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(command, 'send')}
        >
          <code>/{command.name}</code>
          {command.args !== '' && <span class="args">{command.args}</span>}
          <span class="what">{command.description}</span>
        </li>
      ))}
    </ul>
  );
}
