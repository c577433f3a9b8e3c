import type { JSX } from 'preact';
import type { Page } from '../app/page.ts';
import { periods, type SearchFilters } from './session-list.ts';

const periodNames: Readonly<Record<(typeof periods)[number], string>> = {
  any: 'Any time',
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
  year: 'Last year',
};

/** Whose sessions, where and when is searched; folded away until it is wanted. */
export function SearchFiltersView({ page }: { readonly page: Page }): JSX.Element {
  const { filters, narrow, channels } = page.sessions;
  const { agentId, channel, period, place } = filters.value;
  const agents = page.lists.agents.value;
  const inForce = [agentId, channel, place].filter((one) => one !== undefined).length;
  const count = inForce + (period === 'any' ? 0 : 1);
  return (
    <details class="filters">
      <summary>Filters{count > 0 && <span class="filters-count">{count}</span>}</summary>
      <div class="filters-fields">
        {agents.length > 1 && (
          <Choice
            label="Agent"
            value={agentId}
            any="Every agent"
            options={agents.map(({ agentId: id, name }) => [id, name])}
            choose={(id) => narrow({ agentId: id })}
          />
        )}
        {channels.value.length > 1 && (
          <Choice
            label="Where"
            value={channel}
            any="Everywhere"
            options={channels.value.map((name) => [name, nameOf(name)])}
            choose={(name) => narrow({ channel: name })}
          />
        )}
        <Choice
          label="When"
          value={period === 'any' ? undefined : period}
          any={periodNames.any}
          options={periods.filter((one) => one !== 'any').map((one) => [one, periodNames[one]])}
          choose={(chosen) => narrow({ period: toPeriod(chosen) })}
        />
        <label class="filters-check">
          <input
            type="checkbox"
            checked={place !== undefined}
            onChange={({ currentTarget }) =>
              narrow({
                place: currentTarget.checked ? page.current.facts.value.sessionKey : undefined,
              })
            }
          />
          Only in the open session
        </label>
      </div>
    </details>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  /** What no choice is called. */
  readonly any: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly choose: (value: string | undefined) => void;
}

function Choice({ label, value, any, options, choose }: ChoiceProps): JSX.Element {
  return (
    <label>
      <span>{label}</span>
      <select
        value={value ?? ''}
        onChange={({ currentTarget }) => choose(currentTarget.value || undefined)}
      >
        <option value="">{any}</option>
        {options.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

function toPeriod(chosen: string | undefined): SearchFilters['period'] {
  return periods.find((one) => one === chosen) ?? 'any';
}

function nameOf(channel: string): string {
  return channel.charAt(0).toUpperCase() + channel.slice(1);
}
