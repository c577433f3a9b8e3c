import type { JSX } from 'preact';
import { Icon, type IconName } from '../app/icon.tsx';
import type { Linking } from './linking.ts';
import { type AccountRow, keyOf, type MessengersView } from './messengers-view.ts';
import { QrCode } from './qr-code.tsx';

const names: Readonly<Record<string, string>> = {
  telegram: 'Telegram',
  discord: 'Discord',
  slack: 'Slack',
  whatsapp: 'WhatsApp',
  'whatsapp-web': 'WhatsApp Web',
};

/** One account of a messenger: how it is, and what can be done with it. */
export function AccountCard({
  row,
  view,
}: {
  readonly row: AccountRow;
  readonly view: MessengersView;
}): JSX.Element {
  const key = keyOf(row);
  const { name, platformId, detail, state } = row;
  const linking = view.linking.value;
  const isLinking = linking !== undefined && keyOf(linking.place) === key;
  const said = view.probes.value.get(key);
  return (
    <li class={`account is-${state}`}>
      <header>
        <h4>
          {names[row.channel] ?? row.channel} <code>{key}</code>
        </h4>
        <StateBadge row={row} />
      </header>
      {name !== undefined && (
        <p class="account-who">
          as <bdi>{name}</bdi> {platformId !== undefined && <span>({platformId})</span>}
        </p>
      )}
      {detail !== undefined && <p class="account-detail">{detail}</p>}
      {isLinking && <LinkingSteps linking={linking} view={view} />}
      <p class="account-said" role="status">
        {said}
      </p>
      <Buttons row={row} view={view} isLinking={isLinking} />
    </li>
  );
}

function Buttons({
  row,
  view,
  isLinking,
}: {
  readonly row: AccountRow;
  readonly view: MessengersView;
  readonly isLinking: boolean;
}): JSX.Element {
  const key = keyOf(row);
  const isLinked = row.state === 'connected';
  return (
    <div class="account-buttons">
      <button type="button" class="small" onClick={() => view.probe(row)}>
        Test<span class="visually-hidden"> {key}</span>
      </button>
      {row.hasLogin && !isLinked && !isLinking && (
        <button type="button" class="small primary" onClick={() => view.logIn(row)}>
          Log in<span class="visually-hidden"> to {key}</span>
        </button>
      )}
      {row.hasLogin && isLinked && (
        <button type="button" class="small" onClick={() => view.logOut(row)}>
          Log out …<span class="visually-hidden"> of {key}</span>
        </button>
      )}
    </div>
  );
}

const looks: Readonly<Record<AccountRow['state'], { icon: IconName; words: string }>> = {
  starting: { icon: 'clock', words: 'Connecting' },
  connected: { icon: 'check', words: 'Connected' },
  reconnecting: { icon: 'retry', words: 'Reconnecting' },
  failed: { icon: 'warning', words: 'Failed' },
  stopped: { icon: 'stop', words: 'Stopped' },
};

function StateBadge({ row: { state, hasLogin } }: { readonly row: AccountRow }): JSX.Element {
  const { icon, words } = looks[state];
  return (
    <span class={`badge account-state is-${state}`} role="status">
      <Icon name={icon} /> {state === 'failed' && hasLogin ? 'Needs login' : words}
    </span>
  );
}

/** The code to scan, until the phone did. */
function LinkingSteps({
  linking: { step, place },
  view,
}: {
  readonly linking: Linking;
  readonly view: MessengersView;
}): JSX.Element {
  if (step.state === 'linked')
    return (
      <p class="linking" role="status">
        Linked as <bdi>{step.name}</bdi>.
      </p>
    );
  return (
    <div class="linking">
      {step.code === undefined ? (
        <p role="status">Asking for a code …</p>
      ) : (
        <>
          <QrCode text={step.code} label={`QR code that links ${keyOf(place)}`} />
          <p role="status">
            On the phone: <strong>Settings → Linked devices → Link a device</strong>. A code that
            ends is followed by the next.
          </p>
        </>
      )}
      <button type="button" class="small" onClick={view.leaveLogin}>
        Cancel
      </button>
    </div>
  );
}
