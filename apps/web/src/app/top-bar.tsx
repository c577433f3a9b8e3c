import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { ContextMeter } from './context-meter.tsx';
import { Icon } from './icon.tsx';
import { Menu, type MenuItem } from './menu.tsx';
import type { Page } from './page.ts';
import { SessionTitleBar } from '../sessions/session-title-bar.tsx';
import { themes } from '../theme/theme.ts';

const themeNames = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;

/** The title of the session, its model, and the settings of the page. */
export function TopBar({
  page,
  leave,
}: {
  readonly page: Page;
  readonly leave: () => void;
}): JSX.Element {
  const opener = useRef<HTMLButtonElement>(null);
  return (
    <header class="top-bar">
      <button
        type="button"
        ref={opener}
        class="ghost round only-narrow"
        aria-label="Sessions"
        aria-expanded={page.drawer.value === 'open'}
        onClick={() => {
          page.drawer.value = 'open';
        }}
      >
        <Icon name="menu" />
      </button>
      <SessionTitleBar page={page} />
      <AgentMenu page={page} />
      <ContextMeter page={page} />
      <ModelMenu page={page} />
      <SettingsMenu page={page} leave={leave} />
    </header>
  );
}

function SettingsMenu({
  page,
  leave,
}: {
  readonly page: Page;
  readonly leave: () => void;
}): JSX.Element {
  const asking = page.messengers.asking.value.length;
  const asks = asking === 1 ? '1 asks to be let in' : `${asking} ask to be let in`;
  return (
    <Menu
      label={asking > 0 ? `Settings (${asks})` : 'Settings'}
      class={asking > 0 ? 'ghost round has-news' : 'ghost round'}
      heading="Appearance"
      items={[
        ...themes.map((name): MenuItem => ({
          key: name,
          label: themeNames[name],
          checked: page.theme.name.value === name,
          choose: () => page.theme.choose(name),
        })),
        {
          key: 'memory',
          label: 'Memory',
          icon: 'book',
          apart: true,
          choose: page.memory.open,
        },
        {
          key: 'messengers',
          label: 'Messengers',
          detail: asking > 0 ? asks : undefined,
          icon: 'bubble',
          choose: page.messengers.open,
        },
        { key: 'usage', label: 'Usage and cost', icon: 'bars', choose: page.openUsage },
        {
          key: 'leave',
          label: 'Log out of this browser',
          icon: 'cross',
          apart: true,
          choose: leave,
        },
      ]}
    >
      <Icon name="sliders" />
    </Menu>
  );
}

/** Begins a chat with another agent; not there where nobody else could answer. */
function AgentMenu({ page }: { readonly page: Page }): JSX.Element | null {
  const agents = page.lists.agents.value;
  if (agents.length < 2) return null;
  const [, open] = /^agent:([^:]+):/.exec(page.current.facts.value.sessionKey) ?? [];
  const shown = agents.find(({ agentId }) => agentId === open) ?? agents[0];
  const items: MenuItem[] = agents.map(({ agentId, name, emoji, isDefault }) => ({
    key: agentId,
    label: nameOf({ name, emoji }),
    detail: [isDefault ? 'Default' : '', agentId === name ? '' : agentId]
      .filter((word) => word !== '')
      .join(' · '),
    checked: agentId === shown?.agentId,
    choose: () => {
      if (agentId !== shown?.agentId) page.startChat(agentId);
    },
  }));
  return (
    <Menu
      label={`Agent of this session: ${shown?.name ?? ''}`}
      class="ghost small model-button"
      heading="New chat with"
      items={items}
    >
      <span>{shown && nameOf(shown)}</span>
      <Icon name="chevron" />
    </Menu>
  );
}

function nameOf({ name, emoji }: { name: string; emoji?: string | undefined }): string {
  return emoji === undefined ? name : `${emoji} ${name}`;
}

function ModelMenu({ page }: { readonly page: Page }): JSX.Element | null {
  const models = page.lists.models.value;
  if (!models) return null;
  const shown = page.current.facts.value.stored?.model ?? models.default;
  const items: MenuItem[] = models.models.map(({ id, isDefault, contextWindow }) => ({
    key: id,
    label: id,
    detail: [
      isDefault ? 'Default' : '',
      contextWindow === undefined ? '' : `${Math.round(contextWindow / 1000)}k tokens`,
    ]
      .filter((word) => word !== '')
      .join(' · '),
    checked: shown === id,
    choose: () => page.chooseModel(isDefault ? null : id),
  }));
  return (
    <Menu
      label={`Model of this session: ${shown}`}
      class="ghost small model-button"
      heading="Model of this session"
      items={items}
    >
      <span>{shown.split('/').at(-1)}</span>
      <Icon name="chevron" />
    </Menu>
  );
}
