import type { Store, UsageTotal } from '@cuttle/core-types/ports';
import type { GatewayDeps } from './gateway-deps.ts';

/** Everything a gauge may read, read once. */
interface Reading extends Pick<GatewayDeps, 'facts'> {
  readonly connections: number;
  readonly counts: Awaited<ReturnType<Store['reader']['counts']>>;
  readonly load: { readonly running: number; readonly waiting: number };
  /** Model calls of today (UTC); undefined where there was none. */
  readonly today: UsageTotal | undefined;
}

const gauges: readonly (readonly [
  name: string,
  help: string,
  value: (reading: Reading) => number,
])[] = [
  ['cuttle_uptime_seconds', 'Seconds since the start.', ({ facts }) => facts.uptimeMs() / 1000],
  [
    'cuttle_ready',
    '1 when messages can be accepted.',
    ({ facts }) => (facts.notReady().length === 0 ? 1 : 0),
  ],
  [
    'cuttle_resident_memory_bytes',
    'Resident memory of the process.',
    ({ facts }) => facts.memoryBytes(),
  ],
  [
    'cuttle_event_loop_delay_p99_ms',
    '99th percentile of the delay of the event loop.',
    ({ facts }) => facts.eventLoopP99Ms(),
  ],
  ['cuttle_connections', 'Open WebSockets.', ({ connections }) => connections],
  [
    'cuttle_sessions_working',
    'Sessions with a run under way in this process.',
    ({ load }) => load.running,
  ],
  [
    'cuttle_sessions_waiting',
    'Sessions that wait for their turn in this process.',
    ({ load }) => load.waiting,
  ],
  ['cuttle_sessions', 'Sessions in the store.', ({ counts }) => counts.sessions],
  [
    'cuttle_inbounds_queued',
    'Accepted messages that no run has taken up.',
    ({ counts }) => counts.queued,
  ],
  ['cuttle_runs_active', 'Runs that are not ended.', ({ counts }) => counts.running],
  [
    'cuttle_runs_parked',
    'Runs that wait for an approval or a connection.',
    ({ counts }) => counts.parked,
  ],
  [
    'cuttle_deliveries_pending',
    'Outbound messages not delivered yet.',
    ({ counts }) => counts.undelivered,
  ],
  ['cuttle_deliveries_dead', 'Outbound messages given up.', ({ counts }) => counts.dead],
  [
    'cuttle_deliveries_unconfirmed',
    'Outbound messages whose delivery cannot be known.',
    ({ counts }) => counts.unconfirmed,
  ],
  [
    'cuttle_cost_today_dollars',
    'Cost of the model calls of today (UTC) whose price is known.',
    ({ today }) => (today?.costMicros ?? 0) / 1e6,
  ],
  ['cuttle_calls_today', 'Model calls of today (UTC).', ({ today }) => today?.calls ?? 0],
  [
    'cuttle_calls_unpriced_today',
    'Model calls of today (UTC) whose price is unknown.',
    ({ today }) => today?.unpricedCalls ?? 0,
  ],
  [
    'cuttle_tokens_input_today',
    'Tokens read by models today (UTC).',
    ({ today }) => today?.usage.inputTokens ?? 0,
  ],
  [
    'cuttle_tokens_output_today',
    'Tokens written by models today (UTC).',
    ({ today }) => today?.usage.outputTokens ?? 0,
  ],
];

/** `/metrics` in the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export async function renderMetrics(
  { store, facts, runtime, clock }: GatewayDeps,
  connections: number,
): Promise<string> {
  const [counts, [today]] = await Promise.all([
    store.reader.counts(),
    store.reader.usageBy({ since: clock.now(), by: 'day', limit: 1 }),
  ]);
  const reading: Reading = { facts, connections, counts, load: runtime.load(), today };
  return gauges
    .map(
      ([name, help, value]) =>
        `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value(reading)}\n`,
    )
    .join('');
}
